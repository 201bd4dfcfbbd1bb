/** The limits of a segment in their order, and the memory estimate, by hand. */
import { describe, expect, test } from 'vitest'
import { exceededLimit, paddedHeight, segmentSize } from '../../src/machine/limits.ts'
import { defaultMachine, parseMachine, type Machine } from '../../src/machine/machine.ts'

const shipped = defaultMachine(64)

/** Five chips: a constant one, the three of memory, and one for all instructions. */
const machine: Machine = parseMachine(
  {
    name: 'five',
    xlen: 64,
    source: 'Invented.',
    limits: shipped.limits,
    memory: { registerBytes: 256, boundary: 'b', merkle: 'm', hash: 'h' },
    chips: [
      { name: 'table', width: 3, interactions: 2, nextRow: true, constantHeight: 1000 },
      { name: 'b', width: 1, interactions: 0 },
      { name: 'm', width: 1, interactions: 0 },
      { name: 'all', width: 10, interactions: 1, operations: ['nop'] },
      { name: 'h', width: 1, interactions: 0 },
    ],
  },
  '<test>',
)
const heights = [1000, 0, 0, 5, 0]

test('padded heights', () => {
  expect([0, 1, 2, 3, 4, 5, 128, 129].map(paddedHeight)).toEqual([0, 1, 2, 4, 4, 8, 128, 256])
})

describe('size', () => {
  test('memory where interactions outweigh the secondary part', () => {
    // Padded 1024 and 8: main (1024·3 + 8·10)·4 = 12608, code twice that; interactions (1024·2 + 8)·36.25 + 2 MiB =
    // 2171682.
    expect(segmentSize(machine, heights).memoryBytes).toBe(12_608 * 3 + 2_171_682)
  })

  test('memory where the secondary part outweighs interactions, twice with the next row', () => {
    // 2^20 rows of 10 cells and 1024 of 3: main = 41955328, secondary = 2^20·25 + 1024·3·5, interactions = 2^20·36.25 +
    // 2048·36.25 + 2^21.
    const high = [1000, 0, 0, 2 ** 20, 0]
    const wide = { ...machine, chips: machine.chips.map(chip => ({ ...chip, interactions: 0 })) }
    expect(segmentSize(wide, high).memoryBytes).toBe(41_955_328 * 3 + 2 ** 20 * 25 + 1024 * 15)
  })

  test('interactions count one more row for each chip in use', () => {
    expect(segmentSize(machine, heights).interactions).toBe(1001 * 2 + 6)
  })
})

test('the limits are looked at in order: height, memory, interactions', () => {
  const limits = (
    maxTraceHeight: number,
    maxMemoryBytes: number,
    maxInteractions: number,
  ): ReturnType<typeof exceededLimit> =>
    exceededLimit(machine, { maxTraceHeight, maxMemoryBytes, maxInteractions }, heights)
  expect(limits(4, 1, 1)).toBe('trace-height')
  expect(limits(8, 1, 1)).toBe('memory')
  expect(limits(8, 2 ** 30, 1)).toBe('interactions')
  // The table of constant height is higher than the first limit and does not count towards it.
  expect(limits(8, 2 ** 30, 2 ** 30)).toBeUndefined()
  const { memoryBytes, interactions } = segmentSize(machine, heights)
  expect(limits(8, memoryBytes, interactions)).toBeUndefined()
  expect(limits(8, memoryBytes - 1, interactions)).toBe('memory')
  expect(limits(8, memoryBytes, interactions - 1)).toBe('interactions')
})
