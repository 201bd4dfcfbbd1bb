/** Which loops are worth a fast copy. */
import type { FastLoop } from './fast-loop.ts'

/** What is longer and not counted has little to gain. */
const LONGEST_UNCOUNTED = 400
/** A fourth of the default interval between a mode's own tests. */
const LONGEST_AT_ONCE = 250

/**
 * Is the fast copy worth it? Where it saves no check, what is left is that iterations are counted in a register instead
 * of being compared with a word in memory: that pays in the tightest loops, and not in those that are left after a turn
 * or two.
 */
export const pays = ({ hoisted, trips, blocks, longest }: FastLoop): boolean =>
  trips !== undefined || (longest <= LONGEST_UNCOUNTED && (hoisted.length > 0 || blocks.length === 1))

/**
 * Where a mode's own test stands in every block, a loop gains nothing but by counted iterations, and nothing if few of
 * them pass in a row.
 */
export const paysAtOnce = ({ trips, longest }: FastLoop): boolean => trips !== undefined && longest <= LONGEST_AT_ONCE
