/** The plain segmenter agrees with small cases calculated by hand. */
import { describe, expect, test } from 'vitest'
import { memoryRows } from './plain/memory-tables.ts'
import {
  countInteractions,
  estimateBytes,
  exceededLimit,
  heightsOf,
  paddedHeight,
  segmentPlainly,
} from './plain/segmenter.ts'
import type { PlainBlock, PlainLimits, PlainMachine, PlainSegment } from './plain/segmenter.ts'

/** Chips: 0 program, 1 boundary, 2 merkle, 3 the chip of all instructions, 4 hash. */
function machineWith(limits: Partial<PlainLimits>): PlainMachine {
  return {
    chips: [
      { width: 1, interactions: 0, constantHeight: 'slots' },
      { width: 1, interactions: 0 },
      { width: 1, interactions: 0 },
      { width: 1, interactions: 2 },
      { width: 1, interactions: 0 },
    ],
    memoryChips: { boundary: 1, merkle: 2, hash: 4 },
    limits: {
      maxTraceHeight: 2 ** 20,
      maxMemoryBytes: 2 ** 40,
      maxInteractions: 2 ** 30,
      checkInterval: 50,
      ...limits,
    },
  }
}

const ten: PlainBlock = { instructions: 10, length: 10, rows: [[3, 10]], touches: [] }
/** Ten instructions that add 200 rows. */
const heavy: PlainBlock = { instructions: 10, length: 10, rows: [[3, 200]], touches: [] }
const tens = (count: number): PlainBlock[] => Array.from({ length: count }, () => ten)
const run = (machine: PlainMachine, blocks: PlainBlock[]): PlainSegment[] =>
  segmentPlainly({ machine, slots: 4, imageLeaves: [], registerLeaves: 16, blocks })
/** Start, length, reason and warning only. */
const outline = (segments: PlainSegment[]): unknown[] =>
  segments.map(s => [s.instretStart, s.instructions, s.reason, s.warning])

describe('formulas', () => {
  test('padded heights', () => {
    expect([0, 1, 2, 3, 4, 5, 128, 129].map(paddedHeight)).toEqual([0, 1, 2, 4, 4, 8, 128, 256])
  })

  test('memory where interactions outweigh the secondary part', () => {
    // Padded 8 and 2. main = (8·10 + 2·3)·4 = 344, code = 688, secondary = 80·2.5 + 6·2.5·2 = 230,
    // interaction = (8·1 + 2·2)·36.25 + 2097152 = 435 + 2097152 = 2097587; total = 344 + 688 + 2097587.
    expect(
      estimateBytes(
        [
          { width: 10, interactions: 1 },
          { width: 3, interactions: 2, nextRow: true },
        ],
        [5, 2],
      ),
    ).toBe(2_098_619)
  })

  test('memory where the secondary part outweighs interactions', () => {
    // 2^20·100 cells: main = 419430400, code = 838860800, secondary = 262144000, twice that with the next row.
    expect(estimateBytes([{ width: 100, interactions: 0 }], [2 ** 20 - 1])).toBe(1_520_435_200)
    expect(estimateBytes([{ width: 100, interactions: 0, nextRow: true }], [2 ** 20])).toBe(1_782_579_200)
    expect(estimateBytes([{ width: 100, interactions: 7 }], [0])).toBe(2 ** 21)
  })

  test('interactions count one more row for each chip in use', () => {
    // (5 + 1)·3 + 0·7 + (1 + 1)·2 = 22.
    expect(
      countInteractions(
        [
          { width: 1, interactions: 3 },
          { width: 1, interactions: 7 },
          { width: 1, interactions: 2 },
        ],
        [5, 0, 1],
      ),
    ).toBe(22)
  })

  test('the order of limits', () => {
    const heights = [4, 16, 78, 150, 84]
    expect(exceededLimit(machineWith({ maxTraceHeight: 128, maxMemoryBytes: 1, maxInteractions: 1 }), heights)).toBe(
      'trace-height',
    )
    expect(exceededLimit(machineWith({ maxMemoryBytes: 1, maxInteractions: 1 }), heights)).toBe('memory')
    expect(exceededLimit(machineWith({ maxInteractions: 1 }), heights)).toBe('interactions')
    expect(exceededLimit(machineWith({}), heights)).toBe(undefined)
    // A constant chip may be higher than the limit.
    expect(exceededLimit(machineWith({ maxTraceHeight: 256 }), [1000, 16, 78, 150, 84])).toBe(undefined)
  })
})

describe('segments', () => {
  test('no limit reached, and nothing executed', () => {
    expect(run(machineWith({}), tens(20))).toEqual([
      { instretStart: 0, instructions: 200, heights: [4, 16, 78, 200, 84], reason: 'end', warning: false },
    ])
    expect(outline(run(machineWith({}), []))).toEqual([[0, 0, 'end', false]])
  })

  test('a cut at the previous check', () => {
    // Checks at 50, 100, 150, … 150 rows pad to 256 > 128, so the check at 150 cuts at 100, the check at 250 at 200.
    expect(run(machineWith({ maxTraceHeight: 128 }), tens(30))).toEqual([
      { instretStart: 0, instructions: 100, heights: [4, 16, 78, 100, 84], reason: 'trace-height', warning: false },
      { instretStart: 100, instructions: 100, heights: [4, 16, 78, 100, 110], reason: 'trace-height', warning: false },
      { instretStart: 200, instructions: 100, heights: [4, 16, 78, 100, 110], reason: 'end', warning: false },
    ])
  })

  test('the end is not a check', () => {
    // The last check before the end at 150 is the one at 100.
    expect(outline(run(machineWith({ maxTraceHeight: 128 }), tens(15)))).toEqual([[0, 150, 'end', false]])
  })

  test('a cut at the current state', () => {
    // The check at 50 finds 240 rows; the check before it is the segment's start.
    expect(run(machineWith({ maxTraceHeight: 128 }), [heavy, ...tens(5)])).toEqual([
      { instretStart: 0, instructions: 50, heights: [4, 16, 78, 240, 84], reason: 'trace-height', warning: true },
      { instretStart: 50, instructions: 10, heights: [4, 16, 78, 10, 110], reason: 'end', warning: false },
    ])
  })

  test('two cuts in one check', () => {
    // The check at 100 cuts at 50, and what is behind that still exceeds the limit.
    expect(outline(run(machineWith({ maxTraceHeight: 128 }), [...tens(5), heavy, ...tens(5)]))).toEqual([
      [0, 50, 'trace-height', false],
      [50, 50, 'trace-height', true],
      [100, 10, 'end', false],
    ])
  })

  test('registers that exceed a limit alone give a segment per check, never an empty one', () => {
    expect(outline(run(machineWith({ maxTraceHeight: 64 }), [heavy, ...tens(10)]))).toEqual([
      [0, 50, 'trace-height', true],
      [50, 50, 'trace-height', true],
      [100, 10, 'end', false],
    ])
  })

  test('fault 1: every instruction counts as one, whatever rows it adds', () => {
    // 200 rows in each 10 instructions: checks still lie 50 instructions apart.
    expect(
      outline(
        run(
          machineWith({ maxTraceHeight: 1024 }),
          Array.from({ length: 16 }, () => heavy),
        ),
      ),
    ).toEqual([
      [0, 50, 'trace-height', false],
      [50, 50, 'trace-height', false],
      [100, 60, 'end', false],
    ])
  })

  test('the memory limit is exact', () => {
    // 100 rows pad to 128: 4 + 16 + 128 + 128 + 128 = 404 cells. main + code = 404·12 = 4848,
    // interaction = 128·2·36.25 + 2097152 = 2106432; total = 2111280.
    const blocks = tens(16)
    expect(outline(run(machineWith({ maxMemoryBytes: 2_111_280 }), blocks))).toEqual([
      [0, 100, 'memory', false],
      [100, 60, 'end', false],
    ])
    expect(outline(run(machineWith({ maxMemoryBytes: 2_111_279 }), blocks))).toEqual([
      [0, 50, 'memory', false],
      [50, 50, 'memory', false],
      [100, 60, 'end', false],
    ])
  })

  test('the interactions limit is exact', () => {
    // 100 rows: (100 + 1)·2 = 202.
    const blocks = tens(16)
    expect(outline(run(machineWith({ maxInteractions: 202 }), blocks))).toEqual([
      [0, 100, 'interactions', false],
      [100, 60, 'end', false],
    ])
    expect(outline(run(machineWith({ maxInteractions: 201 }), blocks))).toEqual([
      [0, 50, 'interactions', false],
      [50, 50, 'interactions', false],
      [100, 60, 'end', false],
    ])
  })

  test('touches after the cut belong to the new segment and are all-zero at its start', () => {
    // The check at 300 cuts at 250. Leaf 0 of memory is touched at 0, leaves 2 and 3 at 250.
    const memory = 2 ** 25
    const blocks = tens(31).map((block, i) =>
      i === 0 ? { ...block, touches: [memory] } : i === 25 ? { ...block, touches: [memory + 2, memory + 3] } : block,
    )
    expect(run(machineWith({ maxTraceHeight: 256 }), blocks)).toEqual([
      // Registers and one leaf of memory: 16 + 1, 78 + 50, 84 + 26.
      { instretStart: 0, instructions: 250, heights: [4, 17, 128, 250, 110], reason: 'trace-height', warning: false },
      // 18 leaves and 64 nodes: 82 final hashes, 79 initial ones (not leaves 2 and 3 and their node), 2 default rows.
      { instretStart: 250, instructions: 60, heights: [4, 18, 128, 60, 163], reason: 'end', warning: false },
    ])
  })
})

/** A fixed sequence of numbers below `limit`. */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * limit)
  }
}

describe('properties of arbitrary executions', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', seed => {
    const next = numbers(seed * 7919)
    const blocks = Array.from({ length: 400 }, (): PlainBlock => {
      const instructions = 1 + next(20)
      const rows = instructions + (next(10) === 0 ? next(300) : 0)
      const touches = Array.from({ length: next(4) }, () => (1 + next(2)) * 2 ** 25 + next(300))
      return { instructions, length: instructions, rows: [[3, rows]], touches }
    })
    const machine = machineWith({
      maxTraceHeight: 256 * (1 + next(4)),
      maxInteractions: 800 + next(800),
      maxMemoryBytes: 2_130_000 + next(40_000),
    })
    const imageLeaves = Array.from({ length: 40 }, () => 2 ** 25 + next(300))
    const segments = segmentPlainly({ machine, slots: 4, imageLeaves, registerLeaves: 16, blocks })
    expect(segments.length).toBeGreaterThan(2)
    expect(segments.reduce((sum, s) => sum + s.instructions, 0)).toBe(
      blocks.reduce((sum, b) => sum + b.instructions, 0),
    )
    const registers = Array.from({ length: 16 }, (_, i) => i)
    const earlier = new Set(imageLeaves)
    let instret = 0
    let index = 0
    for (const [number, segment] of segments.entries()) {
      expect(segment.instretStart).toBe(instret)
      expect(segment.instructions).toBeGreaterThan(0)
      // The segment's blocks, found anew from its length, give its heights.
      const first = index
      while (instret < segment.instretStart + segment.instructions) instret += blocks[index++]?.instructions ?? Infinity
      expect(instret).toBe(segment.instretStart + segment.instructions)
      const inside = blocks.slice(first, index)
      const touched = [...registers, ...inside.flatMap(block => block.touches)]
      const rows = number === 0 ? memoryRows(earlier, touched, registers) : memoryRows(earlier, touched)
      expect(segment.heights).toEqual(heightsOf(machine, 4, inside, rows))
      for (const leaf of touched) earlier.add(leaf)
      const last = number === segments.length - 1
      expect(segment.reason === 'end').toBe(last)
      // A segment exceeds a limit only where a warning says so, or in the stretch after the last check.
      if (!last) expect(exceededLimit(machine, segment.heights) !== undefined).toBe(segment.warning)
    }
  })
})
