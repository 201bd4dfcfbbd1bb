/** A slow, plain witness of segmentation: cuts a list of executed blocks into segments by the rules of metering. */
import { PlainMemoryTables } from './memory-tables.ts'
import type { MemoryRows, PlainTree } from './memory-tables.ts'

export interface PlainChip {
  width: number
  interactions: number
  /** Doubles the chip's secondary memory. */
  nextRow?: boolean | undefined
  constantHeight?: number | 'slots' | undefined
}

export interface PlainLimits {
  maxTraceHeight: number
  maxMemoryBytes: number
  maxInteractions: number
  checkInterval: number
}

export interface PlainMachine {
  chips: readonly PlainChip[]
  /** Chip indices of the three tables that memory fills. */
  memoryChips: { boundary: number; merkle: number; hash: number }
  limits: PlainLimits
}

/** One executed block. */
export interface PlainBlock {
  /** Instructions that were executed: fewer than the block has where the run ended in it. */
  instructions: number
  /** Instructions of the whole block. Each counts as one towards the check interval, whatever rows it adds. */
  length: number
  rows: readonly (readonly [chipIndex: number, count: number])[]
  touches: readonly number[]
}

export interface PlainInput {
  machine: PlainMachine
  /** Defined instruction slots of the program. */
  slots: number
  /** Leaves of the initial image that are not all-zero. */
  imageLeaves: Iterable<number>
  /** 16 for both widths. */
  registerLeaves: number
  /** That of RV64 where nothing is said. */
  tree?: PlainTree | undefined
  /** In the order of execution. */
  blocks: readonly PlainBlock[]
}

export type PlainLimit = 'trace-height' | 'memory' | 'interactions'

export interface PlainSegment {
  instretStart: number
  instructions: number
  heights: number[]
  reason: PlainLimit | 'end'
  /** Cut at the current state because no check lies after the segment's start. */
  warning: boolean
}

/** 0 stays 0, everything else becomes the next power of two. */
export function paddedHeight(height: number): number {
  if (height === 0) return 0
  let padded = 1
  while (padded < height) padded *= 2
  return padded
}

/** Estimated proving memory in bytes: base cell 4 bytes, extension degree 4, blow-up 2. May have a fraction. */
export function estimateBytes(chips: readonly PlainChip[], heights: readonly number[]): number {
  let main = 0
  let secondary = 0
  let interaction = 2 ** 21
  for (const [i, chip] of chips.entries()) {
    const padded = paddedHeight(heights[i] ?? 0)
    main += padded * chip.width * 4
    secondary += padded * chip.width * 0.625 * 4 * (chip.nextRow === true ? 2 : 1)
    interaction += padded * chip.interactions * 9.0625 * 4
  }
  const code = main * 2
  return main + code + Math.max(secondary, interaction)
}

/** Interactions over all chips; a chip that is used at all counts one row more than its height. */
export function countInteractions(chips: readonly PlainChip[], heights: readonly number[]): number {
  let sum = 0
  for (const [i, chip] of chips.entries()) {
    const height = heights[i] ?? 0
    sum += (height + (height > 0 ? 1 : 0)) * chip.interactions
  }
  return sum
}

/** The first limit that the heights exceed. */
export function exceededLimit(machine: PlainMachine, heights: readonly number[]): PlainLimit | undefined {
  const { chips, limits } = machine
  const tooHigh = chips.some(
    (chip, i) => chip.constantHeight === undefined && paddedHeight(heights[i] ?? 0) > limits.maxTraceHeight,
  )
  if (tooHigh) return 'trace-height'
  if (estimateBytes(chips, heights) > limits.maxMemoryBytes) return 'memory'
  if (countInteractions(chips, heights) > limits.maxInteractions) return 'interactions'
  return undefined
}

/** Heights of all chips after the given blocks of a segment. */
export function heightsOf(
  machine: PlainMachine,
  slots: number,
  blocks: readonly PlainBlock[],
  memory: MemoryRows,
): number[] {
  const heights = machine.chips.map(chip => (chip.constantHeight === 'slots' ? slots : (chip.constantHeight ?? 0)))
  const { boundary, merkle, hash } = machine.memoryChips
  for (const block of blocks) {
    for (const [chip, count] of block.rows) {
      const found = machine.chips[chip]
      if (found === undefined || found.constantHeight !== undefined || [boundary, merkle, hash].includes(chip))
        throw new Error(`chip ${chip} takes no rows from blocks`)
      heights[chip] = (heights[chip] ?? 0) + count
    }
  }
  heights[boundary] = memory.boundary
  heights[merkle] = memory.merkle
  heights[hash] = memory.hash
  return heights
}

/** Instructions of the given blocks. */
function instructionsOf(blocks: readonly PlainBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.instructions, 0)
}

/** The segments of an execution. */
export function segmentPlainly(input: PlainInput): PlainSegment[] {
  const { machine, slots, registerLeaves, blocks } = input
  const tables = new PlainMemoryTables(input.imageLeaves, registerLeaves, input.tree)
  const segments: PlainSegment[] = []
  /** Index of the first block of the segment in progress. */
  let start = 0
  let instretStart = 0
  /** Index of the block before which the latest check took place. */
  let previous = 0
  let since = 0

  /** Ends the segment before block `at`, when the blocks before `now` have been executed. */
  function cut(at: number, now: number, reason: PlainSegment['reason'], warning: boolean): void {
    const inside = blocks.slice(start, at)
    const memory = tables.cut(blocks.slice(at, now).flatMap(block => block.touches))
    const instructions = instructionsOf(inside)
    segments.push({ instretStart, instructions, heights: heightsOf(machine, slots, inside, memory), reason, warning })
    start = at
    instretStart += instructions
  }

  /** The check before block `now`. */
  function check(now: number): void {
    for (;;) {
      const inside = blocks.slice(start, now)
      // Nothing to cut off: an empty segment is never emitted, even if the registers alone exceed a limit.
      if (instructionsOf(inside) === 0) break
      const limit = exceededLimit(machine, heightsOf(machine, slots, inside, tables.rows()))
      if (limit === undefined) break
      const checkIsInside = previous > start && instructionsOf(blocks.slice(start, previous)) > 0
      cut(checkIsInside ? previous : now, now, limit, !checkIsInside)
    }
    previous = now
  }

  for (const [index, block] of blocks.entries()) {
    if (block.length < block.instructions) throw new Error(`block ${index} is shorter than what was executed of it`)
    if (since + block.length > machine.limits.checkInterval) {
      check(index)
      since = 0
    }
    since += block.length
    for (const leaf of block.touches) tables.touch(leaf)
  }
  cut(blocks.length, blocks.length, 'end', false)
  return segments
}
