/** Errors about files that cannot be read, the same for every kind of input. */
import { abortError, RvrError, messageOf } from '../errors.ts'
import { inputKinds, type InputKindName } from './kinds.ts'

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

/** The error for something that cannot be read. `details` is {path}, with `limit` in bytes where it is too large. */
export function unreadable(kind: InputKindName, path: string, cause: unknown, details: object = {}): RvrError {
  const { label, hint } = inputKinds[kind]
  return new RvrError('IO', `cannot read ${label} ${path}: ${messageOf(cause)}`, {
    hint,
    details: { path, ...details },
    cause,
  })
}

/** The error for something that is longer than its kind may be. */
export function tooLarge(kind: InputKindName, path: string): RvrError {
  const { limit } = inputKinds[kind]
  return unreadable(
    kind,
    path,
    new Error(`it has more than ${grouped(limit)} bytes, the most that rvr reads of such a file`),
    { limit },
  )
}

/** The error that an aborted call ends with: the signal's own reason where that is one of ours. */
export function aborted(signal: AbortSignal, what: string): RvrError {
  const reason: unknown = signal.reason
  return reason instanceof RvrError ? reason : abortError(what, signal)
}
