/** Candidates of a guest in their order, as plain data. */
import type { Block, Size } from '../../air/system.ts'
import type { BuildFailure } from './messages.ts'
import type { Pgo } from './rank.ts'

/** Blocks that can be proved in one row. */
export interface Candidate {
  /** More than one, executed one right behind the other, are a superblock. */
  readonly blocks: readonly Block[]
  /** How often it can be used where all that are ranked before it are; 0 where nothing was executed to know. */
  readonly executions: number
  /** Trace cells of one execution as rows of its instructions, and as a row of its own. */
  readonly costBefore: number
  readonly costAfter: number
  readonly before: Size
  readonly after: Size
}

/** Blocks that no candidate could be made of. */
export interface FailedCandidate extends BuildFailure {
  /** Addresses that the blocks start at. */
  readonly starts: readonly number[]
}

/** How many there were, step by step. */
export interface GenerateCounts {
  /** Blocks of the guest that can be proved in one row. */
  readonly blocks: number
  /** Blocks and superblocks of these that were executed; without a profile all. */
  readonly executed: number
  readonly belowCutoff: number
  readonly tooLong: number
  /** Neither: built, or cut off by the number of candidates that are asked for. */
  readonly eligible: number
  readonly built: number
  /** Built and in no place: no smaller than their instructions, beyond the columns, or covered by others. */
  readonly passedOver: number
}

export interface Candidates {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly pgo: Pgo
  readonly counts: GenerateCounts
  readonly ranked: readonly Candidate[]
  readonly failed: readonly FailedCandidate[]
}

/** Candidates, and their systems as JSON in the same order. */
export interface WrittenCandidates {
  readonly candidates: Candidates
  readonly systems: readonly string[]
}
