/** What each call of a debugger takes. */
import * as v from 'valibot'
import { count, number, options, signal } from '../../accept.ts'
import { MAX_COUNT } from '../../run/limits.ts'
import type { ContinueOptions, DebugSignals, Watchpoint } from './contract.ts'

const { optional } = v
const MAX_SAFE = Number.MAX_SAFE_INTEGER
const place = number(0, MAX_SAFE)

const signals = { suspend: optional(signal), signal: optional(signal) }
export const Signals = options<DebugSignals>(signals)
export const Continue = options<ContinueOptions>({
  ...signals,
  within: optional(v.strictObject({ from: place, to: place })),
})
export const InstructionCount = count(0, MAX_COUNT)
export const RegisterNumber = number(0, 31)
export const RegisterValue = count(0, 2n ** 64n - 1n)
export const CodeAddress = place
export const MemoryRange = v.strictObject({ from: place, bytes: place })
export const Watch = options<Watchpoint>({
  address: place,
  length: number(1, MAX_SAFE),
  access: v.picklist(['read', 'write', 'any'], 'read, write or any'),
})
