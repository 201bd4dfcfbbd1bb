/** The three limits of a segment: trace height, proving memory, interactions (docs/metering.md, "Segments"). */
import { memoryQuarters } from '../layout/meter-rules.ts'
import type { Machine } from './machine.ts'

export { MAX_TRACE_HEIGHT } from './file.ts'

export type CutReason = 'trace-height' | 'memory' | 'interactions'

export interface SegmentLimits {
  /** Greatest padded height of a chip whose height depends on the run. */
  readonly maxTraceHeight: number
  /** Greatest estimate of the memory that proving the segment takes, in bytes. */
  readonly maxMemoryBytes: number
  readonly maxInteractions: number
}

/** Height of a trace in the proof: 0, or the next power of two. */
export function paddedHeight(height: number): number {
  return height <= 1 ? height : 2 ** (32 - Math.clz32(height - 1))
}

/** What counts towards the second and third limit, of all chips with these heights. */
export function segmentSize(
  machine: Machine,
  heights: ArrayLike<number>,
): { memoryBytes: number; interactions: number } {
  let cells = 0
  let second = 0
  let paid = 0
  let interactions = 0
  for (const [chip, { width, interactions: each, nextRow }] of machine.chips.entries()) {
    const height = heights[chip]!
    const rows = paddedHeight(height)
    cells += rows * width
    second += rows * width * (nextRow === true ? 2 : 1)
    paid += rows * each
    if (height > 0) interactions += (height + 1) * each
  }
  const { cell, secondary, interaction, fixed } = memoryQuarters
  const more = Math.max(second * secondary, paid * interaction + fixed)
  return { memoryBytes: (cells * cell + more) / 4, interactions }
}

/** The first limit that a segment of these heights exceeds. */
export function exceededLimit(
  machine: Machine,
  limits: SegmentLimits,
  heights: ArrayLike<number>,
): CutReason | undefined {
  for (const [chip, { constantHeight }] of machine.chips.entries()) {
    if (constantHeight === undefined && paddedHeight(heights[chip]!) > limits.maxTraceHeight) return 'trace-height'
  }
  const { memoryBytes, interactions } = segmentSize(machine, heights)
  if (memoryBytes > limits.maxMemoryBytes) return 'memory'
  return interactions > limits.maxInteractions ? 'interactions' : undefined
}

/** Trace cells of the rows that executed instructions added: the chips that metered-cost covers. */
export function cellsOfHeights(machine: Machine, heights: ArrayLike<number>): bigint {
  let cells = 0
  for (const [chip, { operations, constantHeight, width }] of machine.chips.entries()) {
    if (operations !== undefined && constantHeight === undefined) cells += heights[chip]! * width
  }
  return BigInt(cells)
}
