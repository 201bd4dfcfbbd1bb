/** An error on its way from the generator's thread to the main thread: it arrives as what it was. */
import { RvrError, messageOf } from '../../../errors.ts'
import type { Failure } from './messages.ts'

export function failureText(error: unknown): Failure {
  if (!(error instanceof RvrError))
    return { code: undefined, message: messageOf(error), hint: undefined, details: undefined, cause: cloneable(error) }
  const { code, message, hint, details, cause } = error
  return { code, message, hint, details, cause: cloneable(cause) }
}

export function errorOf({ code, message, hint, details, cause }: Failure): unknown {
  return code === undefined ? cause : new RvrError(code, message, { hint, details, cause })
}

/** The value itself, or its text and stack where it cannot be cloned. */
function cloneable(value: unknown): unknown {
  try {
    structuredClone(value)
    return value
  } catch {
    const copy = new Error(messageOf(value))
    if (value instanceof Error && value.stack !== undefined) copy.stack = value.stack
    return copy
  }
}
