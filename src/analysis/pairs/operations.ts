/** What a plan of pairs says: 64-bit operations in front of instructions, and which results are halves of theirs. */

/** A 32-bit value. */
export type Source =
  /** As an unsigned number. */
  | { readonly kind: 'constant'; readonly value: number }
  | Half
  | { readonly kind: 'register'; readonly register: number }
  /** What a register held when step `copy` of this number stood there. */
  | { readonly kind: 'copy'; readonly copy: number }

/** One half of a pair that is computed already. */
export interface Half {
  readonly kind: 'half'
  /** By number, in the order in which pairs are computed. */
  readonly pair: number
  readonly isUpper: boolean
}

/** A 64-bit value; `isTurned`: with its halves exchanged. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'pair'; readonly pair: number; readonly isTurned: boolean }

export type Operation =
  | { readonly kind: 'combine'; readonly low: Source; readonly high: Source }
  | { readonly kind: 'extend' | 'extendSigned'; readonly value: Source }
  /** Both words at register + offset. */
  | { readonly kind: 'load'; readonly base: number; readonly offset: number }
  /** Two words of the stack that are kept in variables, by their offsets. */
  | { readonly kind: 'words'; readonly low: number; readonly high: number }
  /** What the iteration before left: an entry of the plan's `carried`. */
  | { readonly kind: 'carried'; readonly index: number }
  | { readonly kind: 'mul' | 'mulSigned' | 'mulMixed'; readonly factors: readonly [Source, Source] }
  /** To the left, by 1 … 63. */
  | { readonly kind: 'rotate'; readonly pair: number; readonly amount: number }
  | { readonly kind: 'left' | 'right' | 'rightSigned'; readonly operand: Operand; readonly amount: number }
  | {
      readonly kind: 'add' | 'sub' | 'and' | 'or' | 'xor'
      readonly operands: readonly [Operand, Operand]
    }

/** Something that is done in front of an instruction. */
export type Step =
  /** The register will be overwritten before the last use of what it holds. */
  | { readonly kind: 'copy'; readonly copy: number; readonly register: number }
  | { readonly kind: 'compute'; readonly pair: number; readonly operation: Operation }
  /** The register's value was there before the pair: from here on it is the pair's half. */
  | { readonly kind: 'rename'; readonly register: number; readonly half: Half }

/** Where an iteration finds a value when it begins: in a register, or in a word of the stack, by its offset. */
export type Start =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'word'; readonly offset: number }

/**
 * All of it computes what the instructions compute, so every register is right at every instruction boundary, as ever.
 */
export interface PairPlan {
  /** By instruction, what is done in front of it. */
  readonly before: readonly (readonly Step[])[]
  /** By instruction, what its result is where it is a half. */
  readonly results: readonly (Half | undefined)[]
  /** Values that go from one iteration of a loop to the next as pairs. */
  readonly carried: readonly { readonly low: Start; readonly high: Start }[]
}
