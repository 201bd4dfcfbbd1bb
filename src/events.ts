/** Progress events: every stage may emit them, the command line draws them, tests count them. */

export type Stage = 'lift' | 'codegen' | 'compile' | 'link' | 'publish' | 'load' | 'execute'

export type RvrEvent =
  | { readonly type: 'stage'; readonly stage: Stage; readonly state: 'start' | 'done'; readonly ms?: number }
  /** An object file was finished by the compiler: `done` of `planned`. */
  | { readonly type: 'object'; readonly done: number; readonly planned: number }
  | { readonly type: 'warning'; readonly message: string; readonly hint?: string }
  /** A named cache outcome, the same names that `rvr cache stats` counts. */
  | {
      readonly type: 'cache'
      readonly counter: string
      /** How often at once; absent: once. */ readonly times?: number
    }
  /** Why a library is compiled, for those who asked with `explainMisses`: lines for people. */
  | { readonly type: 'cache-miss'; readonly reasons: readonly string[] }
  /** What a guest runs in, or will, and why: a line for people. */
  | { readonly type: 'tier'; readonly message: string }
  /** A guest is running: instructions since its start, and how many a second since the event before. */
  | { readonly type: 'progress'; readonly instructions: bigint; readonly perSecond: number }
  /** A segment's trace has come so far: what it is filled from is there, or its tables are. */
  | { readonly type: 'trace'; readonly segment: number; readonly state: 'recorded' | 'filled'; readonly ms: number }
  /** What a stage of autoprecompiles came by and how: a line for people. */
  | { readonly type: 'apc'; readonly message: string }
  /** Candidates for autoprecompiles that are built, of all; and columns that one row of each saves, together. */
  | { readonly type: 'candidates'; readonly done: number; readonly planned: number; readonly saved: number }
  /** Text that the guest printed for the host (phantom PrintStr, or a write to file descriptor 1 or 2). */
  | { readonly type: 'print'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }

export type EventSink = (event: RvrEvent) => void
/**
 * A caller's function for events, which may answer with a promise; what it throws, or its promise rejects with, ends
 * the call that the event comes from.
 */
export type EventReceiver = (event: RvrEvent) => unknown

/** A sink that drops everything. */
export const noEvents: EventSink = () => {}

/** Runs one stage between its start and done events and returns its result. */
export async function stage<T>(
  events: EventSink,
  name: Stage,
  work: () => T | Promise<T>,
): Promise<{ value: T; ms: number }> {
  events({ type: 'stage', stage: name, state: 'start' })
  const begin = performance.now()
  const value = await work()
  const ms = performance.now() - begin
  events({ type: 'stage', stage: name, state: 'done', ms })
  return { value, ms }
}
