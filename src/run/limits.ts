/** Where a run stops at the latest. */
import { RvrError } from '../errors.ts'
import type { Mode } from '../modes/mode.ts'

export interface RunLimits {
  /** Stop after exactly this many instructions. */
  readonly maxInstructions?: bigint | number
  /** Stop before the first basic block that would bring the cost (in trace cells) above this. */
  readonly maxCost?: bigint | number
  /** Stop at the next cut between segments, in exactly the state in which the next segment starts. */
  readonly stopAtSegment?: boolean
  /** Stop after this much wall-clock time, in milliseconds. */
  readonly timeoutMs?: number
  /** Aborting rejects the call with an RvrError `ABORTED` within about 10 ms. */
  readonly signal?: AbortSignal
}

/** A limit as a count. @throws RvrError `USAGE`. */
function limitOf(name: string, value: bigint | number | undefined): bigint | undefined {
  if (value === undefined) return undefined
  if (!(value >= 0) || (typeof value === 'number' && !Number.isInteger(value))) throw new RvrError('USAGE', `${name} is ${value}, not a count`, { hint: 'Give a whole number from 0 on, or leave it out for no limit.' })
  return BigInt(value)
}

/** Checks limits against what the mode can keep. @throws RvrError `USAGE`. */
export function checkLimits(limits: RunLimits, mode: Mode): { maxInstructions: bigint | undefined; maxCost: bigint | undefined } {
  const maxInstructions = limitOf('maxInstructions', limits.maxInstructions), maxCost = limitOf('maxCost', limits.maxCost)
  if (limits.timeoutMs !== undefined && !(limits.timeoutMs >= 0)) throw new RvrError('USAGE', `timeoutMs is ${limits.timeoutMs}, not a number of milliseconds`)
  if (maxCost !== undefined && !mode.reportsCost) throw new RvrError('USAGE', `mode ${mode.name} does not count cost, so no cost limit can stop it`, { hint: 'Use a mode that does, such as metered-cost.' })
  if (limits.stopAtSegment === true && !mode.segments) throw new RvrError('USAGE', `mode ${mode.name} does not cut segments, so it cannot stop at one`, { hint: 'Use mode metered.' })
  return { maxInstructions, maxCost }
}
