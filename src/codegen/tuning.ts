/** The one record of what code generation is tuned by, and its values that force rare paths instead. */
import { defaultLimits, type RegionLimits } from '../analysis/ownership.ts'

export interface Tuning extends RegionLimits {
  /** Unchecked copies of innermost loops, for as long as the budget reaches. */
  readonly chunks: boolean
  /** Every transfer from region to region goes through the dispatch table, also where its target is known. */
  readonly tableJumps: boolean
}

export const defaultTuning: Tuning = { ...defaultLimits, chunks: true, tableJumps: false }

/** Every basic block is a region of its own, nothing is copied, and all transfers are jumps through the table. */
export const stressTuning: Tuning = { duplicateUpTo: 0, regionSize: 1, loops: 1, chunks: false, tableJumps: true }

/**
 * What a guest is compiled and run with when rare paths are wanted: `paths` is the tuning above, `stops` the usual one,
 * which then stops and resumes inside of regions. In both native code gets the least budget it accepts, again and
 * again.
 */
export const stressTunings = { paths: stressTuning, stops: defaultTuning } as const satisfies Record<string, Tuning>

export type Stress = keyof typeof stressTunings

export const tuningOf = (stress: Stress | undefined): Tuning =>
  stress === undefined ? defaultTuning : stressTunings[stress]
