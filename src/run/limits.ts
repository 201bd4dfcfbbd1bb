/** Where a run stops at the latest. */
import { RvrError } from '../errors.ts'
import type { Mode } from '../modes/mode.ts'
import { checkModeOptions } from '../modes/options.ts'

export interface RunLimits {
  /** Stop after exactly this many instructions; at most 2^62 - 1. */
  readonly maxInstructions?: bigint | number
  /** Stop before the first basic block that would bring the cost (in trace cells) above this; at most 2^62 - 1. */
  readonly maxCost?: bigint | number
  /** Stop at the next cut between segments, in exactly the state in which the next segment starts. */
  readonly stopAtSegment?: boolean
  /**
   * Mode `preflight`: stop before the tape of this call takes more bytes, 2^20 at least; default, and at most, 2^30.
   * `stopCause` is then `'memory'`. 0: nothing is recorded.
   */
  readonly maxTapeBytes?: number
  /** Stop after this much wall-clock time, in milliseconds; at most 2^31 - 1, about 24.8 days. */
  readonly timeoutMs?: number
  /** Firing suspends the run, as a deadline does: `stopCause` is then `'request'`. */
  readonly suspend?: AbortSignal
  /** Aborting rejects the call with an RvrError `ABORTED` within about 10 ms. */
  readonly signal?: AbortSignal
}

/** What a part of a run has taken. */
interface Done {
  readonly instructions: bigint
  readonly cost: bigint
  readonly ms: number
}

/** What is left of limits that have been checked. */
export function limitsBehind(limits: RunLimits, done: Done): RunLimits {
  const { maxInstructions, maxCost, timeoutMs } = limits
  const left = { ...limits }
  if (maxInstructions !== undefined) left.maxInstructions = BigInt(maxInstructions) - done.instructions
  if (maxCost !== undefined) left.maxCost = BigInt(maxCost) - done.cost
  if (timeoutMs !== undefined) left.timeoutMs = Math.max(0, timeoutMs - done.ms)
  return left
}

/** Greatest limit: native code counts in signed 64-bit integers, and adds a little. */
export const MAX_COUNT = 2n ** 62n - 1n
/** Longest time that a timer of the system accepts, about 24.8 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** Checks limits, whose values have been checked, against what the mode can keep. @throws RvrError `USAGE`. */
export function checkLimits(
  { maxInstructions, maxCost, stopAtSegment, maxTapeBytes }: RunLimits,
  mode: Mode,
): { maxInstructions: bigint | undefined; maxCost: bigint | undefined } {
  const whole = (value: bigint | number | undefined): bigint | undefined =>
    value === undefined ? undefined : BigInt(value)
  if (maxCost !== undefined && !mode.reportsCost)
    throw new RvrError('USAGE', `mode ${mode.name} does not count cost, so no cost limit can stop it`, {
      hint: 'Use a mode that does, such as metered-cost.',
    })
  checkModeOptions(mode, { stopAtSegment, maxTapeBytes })
  return { maxInstructions: whole(maxInstructions), maxCost: whole(maxCost) }
}
