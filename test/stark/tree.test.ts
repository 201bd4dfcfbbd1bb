/** Trees of hashes in C against hashes of @noble/hashes. */
import { afterAll, expect, test } from 'vitest'
import { Chain, type ChainName } from '../../src/archive/chain.ts'
import { randomSource } from '../support/random.ts'
import { bytesOf, CANCELLED, DONE, kernels, ways, ALL_OF_THE_CPU, type Group, type Work } from './kernels.ts'

const built = kernels()
afterAll(() => built[Symbol.dispose]())

function hashed(name: ChainName, ...parts: readonly Uint8Array[]): Uint8Array {
  const chain = new Chain(name)
  for (const part of parts) chain.add(part)
  chain.pad()
  return chain.digest()
}

const leafOf = ({ rows, stride }: Group, row: number): Uint8Array =>
  hashed('leaf', bytesOf(rows.subarray(row * stride, (row + 1) * stride)))

/** Every level, from the leaves to the root. */
function mixedTree(groups: readonly Group[]): Uint8Array[] {
  const [highest, ...others] = groups
  let level = Array.from({ length: 1 << highest!.logHeight }, (_, row) => leafOf(highest!, row))
  const all = [...level]
  for (let log = highest!.logHeight - 1; log >= 0; log--) {
    const below = level
    const group = others.find(({ logHeight }) => logHeight === log)
    level = Array.from({ length: 1 << log }, (_, k) => {
      const node = hashed('node', below[2 * k]!, below[2 * k + 1]!)
      return group === undefined ? node : hashed('join', node, leafOf(group, k))
    })
    all.push(...level)
  }
  return all
}

const hex = (digests: readonly Uint8Array[]): string[] => digests.map(each => Buffer.from(each).toString('hex'))
const listed = (digests: Uint8Array): string[] =>
  hex(Array.from({ length: digests.length / 32 }, (_, k) => digests.subarray(32 * k, 32 * k + 32)))
/** Levels next to the leaves of which no digests are kept. */
const UNKEPT = 3
const roomFor = (logHeight: number): Uint8Array => new Uint8Array(32 * (2 * 2 ** Math.max(0, logHeight - UNKEPT) - 1))
/** Of all digests those that are kept. */
const kept = (all: readonly Uint8Array[], logHeight: number): string[] =>
  hex(all.slice(-roomFor(logHeight).length / 32))

/** Digests beside the way from a leaf, of all digests of a tree. */
function beside(all: readonly Uint8Array[], logHeight: number, leaf: number): Uint8Array[] {
  let first = 0
  return Array.from({ length: logHeight }, (_, up) => {
    const digest = all[first + ((leaf >> up) ^ 1)]!
    first += 2 ** (logHeight - up)
    return digest
  })
}

/** The path from every leaf. */
function paths(digests: Uint8Array, groups: readonly Group[], work?: Work): string[][] {
  const { logHeight } = groups[0]!
  return Array.from({ length: 2 ** logHeight }, (_, leaf) => {
    const path = new Uint8Array(32 * logHeight)
    built.path(path, digests, groups, leaf, work)
    return listed(path)
  })
}

function groupOf(stride: number, logHeight: number): Group {
  const random = randomSource(stride + logHeight)
  return { rows: Uint32Array.from({ length: stride << logHeight }, () => random(2 ** 32)), stride, logHeight }
}

/** Compressions of a tree. */
const compressions = (groups: readonly Group[]): number =>
  groups.reduce(
    (sum, { stride, logHeight }, index) => sum + (Math.ceil(stride / 16) + (index > 0 ? 1 : 0)) * 2 ** logHeight,
    2 ** groups[0]!.logHeight - 1,
  )

test('digests of the specification', () => {
  const leaf = new Uint32Array(16)
  leaf.set([1, 2, 3])
  const alone = roomFor(0)
  built.tree(alone, [{ rows: leaf, stride: 16, logHeight: 0 }])
  expect(listed(alone)).toEqual(['ec4c08bd5e689012be5fafa48cec66d931c5870d91eff67ff57657e881d2356b'])
  expect(Buffer.from(hashed('node', new Uint8Array(32), new Uint8Array(32))).toString('hex')).toBe(
    'f909fae81ac8486789b0bcdac811fb8847b097b5080a160a737597052c2cfb42',
  )
})

test.each([
  [[[16, 0]]],
  [[[16, 1]]],
  [[[48, 3]]],
  [
    [
      [16, 5],
      [32, 4],
      [16, 0],
    ],
  ],
  [
    [
      [64, 6],
      [16, 3],
      [80, 2],
      [16, 1],
    ],
  ],
  [
    [
      [16, 4],
      [304, 3],
    ],
  ],
  [
    [
      [1, 9],
      [15, 8],
      [2, 7],
      [32, 6],
      [8, 2],
      [3, 0],
    ],
  ],
])('mixed tree of %j', shapes => {
  const groups = shapes.map(([stride, logHeight]) => groupOf(stride!, logHeight!))
  const digests = roomFor(groups[0]!.logHeight)
  expect(built.tree(digests, groups)).toEqual({ status: 0, progress: compressions(groups) })
  const [all, { logHeight }] = [mixedTree(groups), groups[0]!]
  expect(listed(digests)).toEqual(kept(all, logHeight))
  expect(paths(digests, groups)).toEqual(
    Array.from({ length: 2 ** logHeight }, (_, leaf) => hex(beside(all, logHeight, leaf))),
  )
})

test('the same on every kind of CPU and any number of threads', () => {
  const groups = [groupOf(48, 11), groupOf(4, 10), groupOf(304, 6), groupOf(32, 5), groupOf(16, 1)]
  const digests = roomFor(11)
  built.tree(digests, groups, { without: ALL_OF_THE_CPU })
  expect(listed(digests)).toEqual(kept(mixedTree(groups), 11))
  const wanted = paths(digests, groups)
  for (const work of ways) {
    const others = roomFor(11)
    expect(built.tree(others, groups, work)).toEqual({ ...DONE, progress: compressions(groups) })
    expect(Buffer.compare(others, digests)).toBe(0)
  }
  expect(paths(digests, groups, { without: ALL_OF_THE_CPU })).toEqual(wanted)
})

test('it stops when it is told to', () => {
  expect(built.tree(roomFor(3), [groupOf(16, 3)], { cancelled: true })).toMatchObject(CANCELLED)
})
