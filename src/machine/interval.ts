/** How far checks lie apart, in trace rows (metering.md: at most 1000 instructions). */
import type { Machine } from './machine.ts'

/**
 * No interval between two checks has more rows. A check comes before the block that would bring the interval above the machine's check interval;
 * a plain instruction counts one row, a host instruction as many as it adds, so that a bounded number of rows bounds memory tables too.
 */
export const MAX_INTERVAL_ROWS = 1024

/** Leaves that an interval touches at most: two for each row, and two more for a host instruction of many rows. */
export const MAX_INTERVAL_LEAVES = 2 * MAX_INTERVAL_ROWS + 2

/** Leaves beyond those of one interval that a look at the limits allows for, so that many checks need no look. */
export const SPARE_LEAVES = 1024

/** A basic block never has more instructions (metering.md: a block is at most 1000 instructions, and every interval has room for one). */
export const longestBlock = (machine: Machine): number => Math.min(1000, machine.limits.checkInterval)
