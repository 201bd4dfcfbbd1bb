/** How a block is written: which parts of it, and what is known of it in a loop's fast copy. */
import type { WordVariables } from './loops/word-variables.ts'

/**
 * What is written of a block: all of it, or, where everything in front of the instructions is done already, those, the
 * transfer or both.
 */
export type Part = 'whole' | 'instructions' | 'transfer' | 'paid'

/** A block of a loop's fast copy: what the test in front of it allows. */
export interface InLoop {
  /** Instructions (by index) that add and keep 32 bits, which are all that there is. */
  readonly lossless: ReadonlySet<number>
  /** C expressions of what instructions (by index) access, where these are not made of their registers. */
  readonly places?: ReadonlyMap<number, string>
  /** Words of the stack that are kept in variables. */
  readonly variables?: WordVariables
  /** Does the block begin an iteration? */
  readonly isHeader?: boolean
  /** Accesses (by index) that the test in front of the loop has found to be aligned. */
  readonly aligned?: ReadonlySet<number>
  /** The access (by index) that the mode has heard of in front of the loop. */
  readonly told?: number | undefined
  /** The mode has counted all iterations of the loop in front of it. */
  readonly isIterated?: boolean
  /** Set where the block's rows, and what those of its instructions (by index) touch, are counted elsewhere. */
  readonly counted?: ReadonlySet<number>
}

/** How a block is written. */
export interface Manner {
  /** The block whose text comes next. */
  readonly following?: number | undefined
  readonly part?: Part
  readonly inLoop?: InLoop
}
