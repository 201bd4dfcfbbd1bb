/** What one instruction, and an interval between two checks of the limits, may do at most. */
import type { MeterLayout } from '../layout/meter.ts'
import { instructionLeaves, MAX_INTERVAL } from '../layout/meter-rules.ts'
import type { Machine } from './machine.ts'

/** Rows that one instruction adds at most, whatever it is: HINT_BUFFER adds 1023. */
export const INSTRUCTION_ROWS = 1024
/** Bytes that lie in no more leaves than one instruction may touch, wherever they begin. */
export const INSTRUCTION_BYTES = 16_000
/** Ranges of memory that one instruction touches at most: its operands. */
const INSTRUCTION_RANGES = 3

/**
 * Nodes of the memory tree, leaves included, that an interval touches at most: what the undo list has to hold, beside
 * registers. So many leaves side by side lie below leaves / 2^h + 2 nodes of height h at most: 2 · leaves + 2 · height
 * of the tree nodes in all.
 */
export const intervalNodes = ({ leafBytes, treeHeight }: MeterLayout): number =>
  MAX_INTERVAL * (2 * instructionLeaves(leafBytes) + INSTRUCTION_RANGES * 2 * treeHeight)

/** No span of straight-line code is longer, so that every interval has room for one. */
export const longestSpan = (machine: Machine): number => Math.min(MAX_INTERVAL, machine.limits.checkInterval)
