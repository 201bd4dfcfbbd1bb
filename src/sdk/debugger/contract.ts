/** What a debugger of a guest is told and tells. */
import type { Watchpoint } from '../../program/stops.ts'
import type { WatchedAccess } from '../../run/stops.ts'
import type { TrapReport } from '../trap-report.ts'

export type { Watchpoint, WatchedAccess }

/**
 * Why a guest stands where it stands.
 *
 * - `breakpoint`: in front of an instruction at a breakpoint
 * - `watchpoint`: behind an instruction that made a watched access (`watched`); in front of it when going back
 * - `step`: as many instructions as asked for were executed or taken back
 * - `begin`: nothing has been executed, or there is nothing left to take back
 * - `request`: the signal `suspend` fired
 * - `trap`: in front of an instruction that traps (`trap`)
 * - `end`: the guest ended with `exitCode`
 */
export type DebugStop =
  | { readonly reason: 'breakpoint' | 'step' | 'begin' | 'request' }
  | { readonly reason: 'watchpoint'; readonly watched: WatchedAccess }
  | { readonly reason: 'trap'; readonly trap: TrapReport }
  | { readonly reason: 'end'; readonly exitCode: number }

export interface ContinueOptions extends DebugSignals {
  /** Stops at the first instruction that is not at one of these addresses, `to` excluded. */
  readonly within?: { readonly from: number; readonly to: number } | undefined
}

/** Who may interrupt the guest while it runs. */
export interface DebugSignals {
  /** Firing stops the guest where it is. */
  readonly suspend?: AbortSignal | undefined
  /** Aborting rejects the call with `ABORTED`; the debugger is of no use then. */
  readonly signal?: AbortSignal | undefined
}
