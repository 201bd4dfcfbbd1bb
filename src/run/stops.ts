/** Where a debugged guest stops: at addresses of code, and at accesses of memory. */
import type { CodeAndMemory, Watchpoint } from '../program/stops.ts'
import type { RunLimits } from './limits.ts'

/** What stops one job. */
export interface Stops extends CodeAndMemory {
  /** Stops at the first instruction that is not at one of these addresses. */
  readonly within?: { readonly from: number; readonly to: number } | undefined
  /** Stops in front of watched accesses, not behind them, but for what the job begins with. */
  readonly inFront?: boolean | undefined
  /** Nothing of this stops the job: it goes on to its limit and tells where it would have stopped last. */
  readonly findsLast?: boolean | undefined
}

export interface StretchLimits extends RunLimits {
  readonly stops?: Stops | undefined
}

/** What an instruction has met. */
export interface WatchedAccess extends Watchpoint {
  /** The first byte of the access. */
  readonly at: number
}

/** A place at which a job stopped or would have stopped. */
export interface StopPlace {
  /**
   * Instructions of the job in front of it: the address of a breakpoint is that of the next one. A watched access is
   * the next one's in jobs that find the last place, and has been made where it stopped the job.
   */
  readonly instructions: bigint
  /** Undefined: a breakpoint. */
  readonly watched: WatchedAccess | undefined
}
