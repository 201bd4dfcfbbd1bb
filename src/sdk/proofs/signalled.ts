/** What calls accept that take a signal alone. */
import * as v from 'valibot'
import { options, signal } from '../../accept.ts'

export interface Signalled {
  readonly signal?: AbortSignal
}

export const Signalled = options<Signalled>({ signal: v.optional(signal) })
