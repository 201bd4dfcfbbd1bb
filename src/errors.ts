/** The one error class of rvr and the closed list of its codes. */

/**
 * Every failure that rvr reports. The command line maps each code to an exit status (see `cli/exit-codes.ts`).
 *
 * - `USAGE` bad option or argument · `INPUT_INVALID` bad input spec or input file · `ELF_INVALID` the guest file is not
 *   acceptable
 * - `TOOLCHAIN_MISSING` no usable compiler, linker or make · `COMPILE_FAILED` the C compiler or linker reported an
 *   error, or the library has no place
 * - `ARTIFACT_REFUSED` a compiled library does not fit (guest, mode, machine, CPU, ABI) · `CACHE_UNSAFE` the cache
 *   directory cannot be trusted
 * - `MACHINE_INVALID` a machine file is malformed · `CONFIG_INVALID` a guest's configuration or an extension does not
 *   fit · `ABORTED` the caller's AbortSignal fired · `WORKER_FAILED` a worker thread died
 * - `CALLBACK_FAILED` a function that the caller passed, or an extension of the user's, threw: `cause` is what it threw
 * - `CHECK_DIVERGED` native code and interpreter disagree, or an optimised system and its block · `DISPOSED` use after
 *   dispose · `IO` a file could not be read or written
 * - `STATE_REFUSED` a saved run does not fit (guest, mode, machine, ABI, format version) or is damaged
 * - `ARCHIVE_INVALID` an archive is damaged, or of another content, machine or guest · `UNPROVABLE` a legal run that no
 *   proof can show · `DIVERGED` what was recorded cannot be replayed · `STREAM_INVALID` items that a guest pulls
 *   are missing, left over, too large, or of another guest · `PROOF_INVALID` a proof that proves nothing, or a run
 *   with segments missing · `KEY_INVALID` a verifying key that contradicts itself · `INTERNAL` a defect in rvr itself
 */
export type RvrErrorCode =
  | 'USAGE'
  | 'INPUT_INVALID'
  | 'ELF_INVALID'
  | 'TOOLCHAIN_MISSING'
  | 'COMPILE_FAILED'
  | 'ARTIFACT_REFUSED'
  | 'STATE_REFUSED'
  | 'ARCHIVE_INVALID'
  | 'CACHE_UNSAFE'
  | 'MACHINE_INVALID'
  | 'CONFIG_INVALID'
  | 'ABORTED'
  | 'WORKER_FAILED'
  | 'CALLBACK_FAILED'
  | 'CHECK_DIVERGED'
  | 'UNPROVABLE'
  | 'DIVERGED'
  | 'STREAM_INVALID'
  | 'PROOF_INVALID'
  | 'KEY_INVALID'
  | 'DISPOSED'
  | 'IO'
  | 'INTERNAL'

export interface RvrErrorOptions {
  /** What to do next, one sentence. */
  hint?: string
  cause?: unknown
  /** Machine-readable facts: path, field, found, wanted, pc, … */
  details?: Readonly<Record<string, unknown>>
}

/** An error that says what happened and where (message), what to do next (hint), and why (cause). */
export class RvrError extends Error {
  override readonly name = 'RvrError'
  readonly code: RvrErrorCode
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: RvrErrorCode, message: string, options: RvrErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
  }
}

/** The error of work that its caller gave up. `what` says which work: `compiling`. */
export function abortError(
  what: string,
  signal?: AbortSignal,
  details: Readonly<Record<string, unknown>> = {},
): RvrError {
  return new RvrError('ABORTED', `${what} was aborted`, { cause: signal?.reason, details })
}

/** @throws RvrError `ABORTED` when `signal` has fired. */
export function throwIfAborted(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(what, signal)
}

export const isAborted = (error: unknown): boolean => error instanceof RvrError && error.code === 'ABORTED'

export const isToolchainMissing = (error: unknown): boolean =>
  error instanceof RvrError && error.code === 'TOOLCHAIN_MISSING'

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The error of a call whose callback `name` threw `cause`. */
export function callbackFailed(name: string, cause: unknown): RvrError {
  return new RvrError('CALLBACK_FAILED', `${name} failed: ${messageOf(cause)}`, {
    hint: 'The error is in the function that was passed to rvr; cause has its stack.',
    cause,
    details: { callback: name },
  })
}

/** A value in an error: short, and safe to write as JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
  const written = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return written.length > 80 ? `${written.slice(0, 80)}…` : written
}
