/** How far checks of the limits lie apart, and what lies between two of them at most. */
import { TREE_HEIGHT } from '../layout/meter.ts'
import type { Machine } from './machine.ts'

/**
 * A check comes before the span that would bring the interval above the machine's check interval, which is at most
 * this. Every instruction counts as one, whatever rows it adds (docs/metering.md, "Segments").
 */
export const MAX_INTERVAL = 1000

/** Rows of one chip that an interval's plain instructions, one row each, add at most, and a few more. */
export const PLAIN_ROWS = 1024
/** Leaves that they touch at most: two each. */
export const PLAIN_LEAVES = 2 * PLAIN_ROWS + 2

/** Leaves beyond those of one interval that a look at the limits allows for, so that many checks need no look. */
export const SPARE_LEAVES = 1024

/** What one instruction may do at most, whatever it is: HINT_BUFFER adds 1023 rows and touches 513 leaves. */
export const INSTRUCTION_ROWS = 1024
export const INSTRUCTION_LEAVES = 1024
/** Bytes that lie in no more leaves, wherever they begin. */
export const INSTRUCTION_BYTES = 16_000

/** Leaves that an interval touches at most: what the log has to hold, so that a cut can replay them. */
export const INTERVAL_LEAVES = MAX_INTERVAL * INSTRUCTION_LEAVES
/** The log is emptied at a check that finds more in it, unless the next check may cut. */
export const LOG_FULL = 16_384
/** Ranges of memory that one instruction touches at most: its operands. */
const INSTRUCTION_RANGES = 3
/**
 * Nodes of the memory tree, leaves included, that an interval touches at most: what the undo list has to hold, beside
 * registers. So many leaves side by side lie below leaves / 2^h + 2 nodes of height h at most: 2 · leaves + 2 · 28
 * nodes in all.
 */
export const INTERVAL_NODES = MAX_INTERVAL * (2 * INSTRUCTION_LEAVES + INSTRUCTION_RANGES * 2 * TREE_HEIGHT)

/** No span of straight-line code is longer, so that every interval has room for one. */
export const longestSpan = (machine: Machine): number => Math.min(MAX_INTERVAL, machine.limits.checkInterval)
