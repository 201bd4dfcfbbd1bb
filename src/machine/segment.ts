/** What a metered run reports: its segments, and how to go back to a cut. */
import type { CutReason } from './limits.ts'

/** A finished piece of the run, proved on its own. */
export interface Segment {
  /** Instructions retired before it. */
  readonly instretStart: number
  readonly instructions: number
  /** Rows by chip, in the machine file's order; chips of constant height have theirs. */
  readonly heights: readonly number[]
  /** Why it ended: the limit that the next check found exceeded, or how the guest ended. */
  readonly reason: CutReason | 'end' | 'trap'
  /** No check lay inside the segment, so it exceeds a limit itself. */
  readonly overLimit?: boolean
}

/** Leaves of guest memory that were touched. */
export interface TouchedLeaves {
  readonly leafBytes: number
  readonly leaves: readonly number[]
}

/** A cut at which the run has to go back: guest memory, registers and host state are those of a later moment. */
export interface Rewind {
  /** After the cut; undefined when the host has written memory that it does not tell. */
  readonly touched: TouchedLeaves | undefined
  /** Instructions retired when the cut was found: what memory and registers show. */
  readonly from: number
}
