/** With which limit of mode metered segments fit into the memory that proving may take. */
import { expect, test } from 'vitest'
import { segmentSize } from '../../../src/machine/limits.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import type { RunOrigin } from '../../../src/sdk/contract.ts'
import { fittingLimit } from '../../../src/sdk/proofs/fit.ts'

const machine = defaultMachine(64)
const SLOTS = 256
const heightsWith = (rows: number): readonly number[] =>
  machine.chips.map(({ constantHeight = rows }) => (constantHeight === 'slots' ? SLOTS : constantHeight))
const empty = heightsWith(0)
const growing = machine.chips.findIndex(({ constantHeight }) => constantHeight === undefined)
const estimate = (heights: readonly number[]): number => segmentSize(machine, heights).memoryBytes

/** A prover that takes so much for each byte of metering's estimate, up to as many rows as its key allows. */
const prover = (factor: number, mostRows = Infinity) => {
  const bytes = async (heights: readonly number[]): Promise<number> => factor * estimate(heights)
  const isAllowed = (heights: readonly number[]): boolean => heights[growing]! <= mostRows
  return {
    emptyHeights: () => empty,
    bytes,
    bytesIfAllowed: async (heights: readonly number[]) => (isAllowed(heights) ? await bytes(heights) : Infinity),
  }
}

const limitFor = (rows: number, left: number, planned = prover(2), given?: number): Promise<number | undefined> => {
  const segment = { index: 0, instretStart: 0, instructions: rows, heights: heightsWith(rows) }
  const options = given === undefined ? {} : { segmentLimits: { maxMemoryBytes: given } }
  return fittingLimit({ machine, origin: { options } as RunOrigin }, [segment], { planned, left })
}

const SMALL = 2 ** 10
const LARGE = 2 ** 16
const room = (rows: number): number => 2 * estimate(heightsWith(rows))

test('segments that fit need no other limit', async () => {
  expect(await limitFor(SMALL, room(SMALL))).toBeUndefined()
  expect(await limitFor(LARGE, room(LARGE))).toBeUndefined()
})

test('segments of the limit for those that do not fit take no more than there is', async () => {
  for (const left of [room(SMALL), room(LARGE) - 1, (room(SMALL) + room(LARGE)) / 2]) {
    const limit = (await limitFor(LARGE, left))!
    expect(limit).toBeGreaterThan(estimate(empty))
    expect(2 * limit).toBeLessThan(left)
  }
})

test('nothing is cut for what no cut makes smaller', async () => {
  expect(await limitFor(LARGE, room(0))).toBe(0)
  // Metering has exceeded its own limit: within an interval there is no cut.
  expect(await limitFor(LARGE, room(SMALL), prover(2), estimate(heightsWith(LARGE)) - 1)).toBe(0)
})

test('segments that the key does not allow become half as large', async () => {
  const limit = await limitFor(LARGE, room(LARGE), prover(2, LARGE - 1))
  expect(limit).toBe(Math.floor((estimate(empty) + estimate(heightsWith(LARGE))) / 2))
})
