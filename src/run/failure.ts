/** What a worker thread throws, on its way to the main thread. */
import { RvrError, messageOf } from '../errors.ts'
import type { FailureText } from './job.ts'

export function failureText(error: unknown): FailureText {
  if (!(error instanceof RvrError)) return { code: undefined, message: messageOf(error), hint: undefined, cause: error }
  return { code: error.code, message: error.message, hint: error.hint, cause: error.cause }
}

/** The same where `cause` is something that cannot be cloned. */
export function withoutCause({ cause, ...text }: FailureText): FailureText {
  const copy = new Error(messageOf(cause))
  if (cause instanceof Error && cause.stack !== undefined) copy.stack = cause.stack
  return { ...text, cause: copy }
}

/** The error of the call whose guest the worker ran. */
export function failureOf({ code, message, hint, cause }: FailureText): RvrError {
  if (code === undefined)
    return new RvrError('WORKER_FAILED', `the guest's worker failed: ${message}`, {
      cause,
      details: { stack: cause instanceof Error ? cause.stack : undefined },
    })
  return new RvrError(code, message, { hint, cause })
}
