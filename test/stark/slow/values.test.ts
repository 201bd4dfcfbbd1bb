/** The values that the specification states (§1, §14). */
import { expect, test } from 'vitest'
import { inverse, times, type K } from './extension.ts'
import { P, root } from './field.ts'
import { folded } from './fold.ts'
import { initial, leaf, node, wordBytes } from './hash.ts'
import { Transcript } from './transcript.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const [a, b]: [K, K] = [
  [1, 2, 3, 4],
  [5, 6, 7, 8],
]

test('roots of unity', () => {
  expect([27, 1, 2, 3].map(root)).toEqual([440564289, P - 1, 1728404513, 1592366214])
})

test('initial values', () => {
  const beginning = (name: Parameters<typeof initial>[0]): number[] => Array.from(initial(name).slice(0, 2))
  expect(beginning('leaf')).toEqual([0x58fae50f, 0x25f60f73])
  expect(beginning('node')).toEqual([0xe4462348, 0x67d2050b])
  expect(beginning('join')).toEqual([0xa5973828, 0xf4cfa481])
  expect(beginning('transcript')).toEqual([0xff1c2e78, 0xb420e5a1])
  expect(beginning('content')).toEqual([0x46ca39ea, 0xc14b40f0])
})

test('hashes', () => {
  const zero = new Uint8Array(32)
  expect(hex(node(zero, zero))).toBe('f909fae81ac8486789b0bcdac811fb8847b097b5080a160a737597052c2cfb42')
  expect(hex(leaf(wordBytes([1, 2, 3])))).toBe('ec4c08bd5e689012be5fafa48cec66d931c5870d91eff67ff57657e881d2356b')
})

test('transcript', () => {
  const transcript = new Transcript()
  const state = (): string => hex(wordBytes(transcript.state))
  transcript.absorb(
    1,
    Uint8Array.from({ length: 40 }, (_, index) => index),
  )
  expect(state()).toBe('442bf2e43732b4923db206297b117fde6ed68095e7cea449face798e2acfe4ae')
  expect(transcript.elements(5, 2)).toEqual([
    [1451281332, 1995118584, 217835829, 672778241],
    [994682522, 1074175266, 232726534, 1610418151],
  ])
  const indices = [287832, 371995, 115817, 843859, 459143, 224806, 673881, 601181, 962028, 375892]
  expect(transcript.indices(16, 20, 10)).toEqual(indices)
  expect(state()).toBe('cd80ff0593305dd8e7040610bbaa48c925e5b0b52293bd110bf0734dedf854ad')
  expect(transcript.nonce(12, 8)).toBe(41n)
})

test('the extension', () => {
  expect(times(a, b)).toEqual([676, 588, 386, 60])
  expect(inverse(a)).toEqual([1587469345, 920666518, 1160282443, 647153706])
  const values: K[] = [1, 2, 3, 4].map(value => [value, 0, 0, 0])
  const value = folded(values, { h: 3, a: 2, leaf: 1, beta: b })
  expect(value).toEqual([164083188, 1556278912, 973062048, 1010308892])
})
