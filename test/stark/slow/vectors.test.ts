/** The slow verifier accepts the published proofs, and notices a changed bit in every section of each. */
import { expect, test } from 'vitest'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { givenBytes, givenProofs, isGiven } from './given.ts'
import { readKey } from './key.ts'
import { Rejected } from './rejected.ts'
import { verify } from './verify.ts'

const publics: Readonly<Record<string, readonly number[]>> = { fib: [3, 5, 268649779], lookup: [], five: [41, 1764] }
const heights: Readonly<Record<string, readonly number[]>> = { fib: [6], lookup: [5, 4], five: [8, 0, 1, 6, 3] }
const systemOf = (name: string): string => name.split('.')[0]!

test.skipIf(!isGiven)('the key digest of fib in set test', () => {
  const { digest } = readKey(givenBytes('fib.test.vkey'))
  expect(Buffer.from(digest).toString('hex')).toMatch(/^f437c6aa4936e466/)
})

test.skipIf(!isGiven).each(givenProofs)('%s is accepted', name => {
  const verified = verify(readKey(givenBytes(`${name}.vkey`)), givenBytes(`${name}.proof`), publics[systemOf(name)])
  expect(verified).toEqual({ heights: heights[systemOf(name)], publics: publics[systemOf(name)] })
})

/** @returns the step that rejects it; -1: none does */
function stepOf(run: () => unknown): number {
  try {
    run()
  } catch (error) {
    if (error instanceof Rejected) return error.step
    throw error
  }
  return -1
}

test.skipIf(!isGiven).each(givenProofs)('a changed bit of %s is noticed', name => {
  const key = readKey(givenBytes(`${name}.vkey`))
  const honest = givenBytes(`${name}.proof`)
  const random = randomSource(name.length)
  const flips = isExhaustive ? 1000 : name.endsWith('test') ? 12 : 1
  const view = new DataView(honest.buffer)
  for (let section = 0; section < 13; section++) {
    const entry = 64 + 32 * section
    const length = view.getUint32(entry + 4, true) * view.getUint32(entry + 16, true)
    const offset = view.getUint32(entry + 8, true)
    for (let flip = 0; flip < (length > 0 ? flips : 0); flip++) {
      const bit = random(8 * length)
      const bytes = honest.slice()
      bytes[offset + Math.floor(bit / 8)]! ^= 1 << (bit % 8)
      const step = stepOf(() => verify(key, bytes))
      expect([section, bit, step]).not.toEqual([section, bit, -1])
    }
  }
})

test.skipIf(!isGiven)('other public values and another key are noticed, with the step', () => {
  const key = readKey(givenBytes('fib.test.vkey'))
  const bytes = givenBytes('fib.test.proof')
  expect(stepOf(() => verify(key, bytes, [3, 5, 268649780]))).toBe(3)
  expect(stepOf(() => verify(key, bytes, [3, 5]))).toBe(3)
  expect(stepOf(() => verify(readKey(givenBytes('fib.fast.vkey')), bytes))).toBe(2)
  expect(stepOf(() => verify(key, givenBytes('lookup.test.proof')))).toBe(2)
  expect(stepOf(() => verify(key, givenBytes('fib.test.vkey')))).toBe(1)
})

test.skipIf(!isGiven)('every changed bit of a key is noticed', () => {
  const honest = givenBytes('fib.test.vkey')
  for (let bit = 0; bit < 8 * honest.length; bit += isExhaustive ? 1 : 7) {
    const bytes = honest.slice()
    bytes[Math.floor(bit / 8)]! ^= 1 << (bit % 8)
    expect([bit, stepOf(() => readKey(bytes))]).toEqual([bit, 0])
  }
})
