/** What mode `calls` reports of a run: its calling contexts, as plain columns that cross threads and add up. */
import type { SlotBytes } from '../../isa/row.ts'

/** Functions that are none of the guest's. */
export const UNMATCHED = -1
/** Contexts for which the area had no room count together, by function. */
export const OTHER = -2

/** Places in the tree, whatever the step: callers before callees. */
export interface CallPaths {
  /** The caller's path; -1 for those that nobody called: the guest's start, `UNMATCHED` and `OTHER`. */
  readonly parent: Int32Array
  /** Index in `CallCounts.functions`, or one of the constants above. */
  readonly function: Int32Array
  /**
   * 1 where a jump led there, so that it returns to where its caller would: tail calls, and parts of one function that
   * lie apart. Of one parent no two paths have the same function and the same of these.
   */
  readonly isTail: Uint8Array
}

/** What was counted in a path while one step was the current one; by path, then by step, without those of zeros. */
export interface CallContexts {
  readonly path: Uint32Array
  /** Marker of the step, 0 before the first. */
  readonly step: Int32Array
  /** Times that the path was entered by a call, or by a jump from another function. */
  readonly calls: Float64Array
  /** Leaves of guest memory that nobody had touched before; undefined where they were not counted. */
  readonly touches: Float64Array | undefined
  /** Index of the context's first run in `CallRuns`; one more element says where the last one's end. */
  readonly firstRun: Uint32Array
}

/** Stretches of instructions in address order that a context executed equally often. */
export interface CallRuns {
  /** Instructions of a stretch begin so many bytes apart. */
  readonly slotBytes: SlotBytes
  readonly pc: Uint32Array
  readonly instructions: Uint32Array
  readonly times: Float64Array
}

/** Trace rows beyond one for each execution, of the few instructions that have them; by context, then by address. */
export interface CallExtraRows {
  readonly context: Uint32Array
  readonly pc: Uint32Array
  readonly rows: Float64Array
}

/** Plain data. Times of all runs add up to the run's instret. */
export interface CallCounts {
  /** First addresses of the functions that the code is divided into, ascending. */
  readonly functions: Uint32Array
  readonly paths: CallPaths
  readonly contexts: CallContexts
  readonly runs: CallRuns
  readonly extraRows: CallExtraRows
  /** Returns and jumps to where no open call came from: each began a path below `UNMATCHED`. */
  readonly unmatched: number
  /** Open calls that were left without a return of their own: longjmp, exceptions. */
  readonly skipped: number
  /** Calls whose place of return was forgotten, because too many were open. */
  readonly forgotten: number
}

/** What mode `calls` reports of a run. */
export interface CallsResult {
  readonly calls: CallCounts
}
