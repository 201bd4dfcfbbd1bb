/** What is planned of the fast copy of an innermost loop: what one test in front of it proves for many iterations. */
import type { Sum } from './affine.ts'
import type { StackWord } from './stack-words.ts'
import type { HoistedCheck, Stride } from './strides.ts'
import type { Count } from './trips.ts'

/** `offset` bytes behind the lowest address that check number `check` covers in the same iteration. */
export interface Place {
  readonly check: number
  readonly offset: number
}

export interface FastLoop {
  /** Position of the header in the region. */
  readonly header: number
  /** Positions of all blocks, the header first. */
  readonly blocks: readonly number[]
  /**
   * Per block, the instructions (by index) whose accesses the test in front of the loop covers, and where they access.
   */
  readonly covered: readonly ReadonlyMap<number, Place>[]
  /** What one test proves for all iterations of a chunk. */
  readonly hoisted: readonly HoistedCheck[]
  /** Values, not addresses, that have to lie in 32 bits for that. */
  readonly narrow: readonly HoistedCheck[]
  /** Per block, the instructions (by index) that add and keep 32 bits, of which `narrow` says that nothing is lost. */
  readonly lossless: readonly ReadonlySet<number>[]
  /** Instructions of the longest way round. */
  readonly longest: number
  /** Iterations of a chunk; at most so many where `trips` says how many there are. */
  readonly iterations: number
  /** Registers by which others move: the test in front of the loop says that they are small. */
  readonly registerStrides: readonly number[]
  /** Words of the stack that stand for registers, from number SLOTS on: offsets from the stack pointer. */
  readonly slots: readonly number[]
  /** How often the loop goes on in a row, where it is one chain of blocks and that is known in front of it. */
  readonly trips: Trips | undefined
  /** Words of the stack that a counted loop keeps in variables. */
  readonly kept: KeptWords
}

export interface Trips {
  readonly count: Count
  /** Index of the block that may leave the loop. */
  readonly exit: number
  /**
   * Some registers are overwritten in each iteration before anything reads them: nobody sees their values but those of
   * the last one.
   */
  readonly hasTemporaries: boolean
}

/**
 * Other memory that the loop accesses, which must not meet words from `from` to `to`: values of `terms` and `low` to
 * `high`, as of a check.
 */
export interface Neighbour {
  readonly terms: Sum['terms']
  readonly low: number
  readonly high: number
  readonly stride: Stride
  readonly from: number
  readonly to: number
}

/** What a loop keeps in variables, while that is so. */
export interface KeptWords {
  readonly words: readonly StackWord[]
  /** Where one of these meets the words, iterations run one at a time, on memory itself. */
  readonly neighbours: readonly Neighbour[]
}
