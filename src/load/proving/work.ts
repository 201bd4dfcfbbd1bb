/** How proving is done: threads, limits, progress, and what its answers mean. */
import { RvrError, abortError, throwIfAborted } from '../../errors.ts'
import { beside, cancellable, type NativeFunction } from '../native-functions.ts'

export interface ProvingWork {
  /** 1 to 64. */
  readonly threads: number
  /** Bytes that may be taken. */
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
  /** PROGRESS_WORDS words that tell how far it is (`progressOf`), also while it runs. */
  readonly progress?: BigUint64Array | undefined
  /** Bits of `enum stark_cpu` (cpu.h) that are not to be used: results are the same. */
  readonly without?: number | undefined
}

export const PROGRESS_WORDS = 3

/** In the order of their numbers (`enum stark_stage`). */
const stages = [
  'begin',
  'commit main',
  'sums',
  'commit sums',
  'quotient',
  'commit quotient',
  'openings',
  'combine',
  'fold',
  'queries',
  'commit fixed',
] as const

export interface ProvingProgress {
  readonly stage: (typeof stages)[number]
  /** Parts of the stage that are done, 0 to 1. */
  readonly done: number
}

export function progressOf(words: BigUint64Array): ProvingProgress {
  const [stage, done, of] = [...words].map(Number) as [number, number, number]
  return { stage: stages[stage]!, done: of === 0 ? 0 : Math.min(done / of, 1) }
}

/** In the order of their numbers (prove.h). */
export const answers = ['done', 'cancelled', 'no memory', 'above limit', 'zero', 'refused'] as const

const memoryError = (bytes: number, limit: number): RvrError =>
  new RvrError('USAGE', `proving takes ${bytes} bytes, and ${limit} are allowed`, {
    hint: 'Raise maxMemoryBytes, or cut smaller segments with a lower maxTraceHeight.',
    details: { bytes, limit },
  })

interface ProvingCall {
  readonly function: NativeFunction
  /** Parameters in front of those that say how work is done, and behind. */
  readonly before: readonly unknown[]
  readonly after: readonly unknown[]
  readonly kept: readonly unknown[]
  /** That it takes. */
  readonly bytes: number
}

export async function perform(what: string, call: ProvingCall, work: ProvingWork): Promise<void> {
  const { function: called, before, after, kept, bytes } = call
  const { threads, maxBytes, signal, progress = new BigUint64Array(PROGRESS_WORDS), without = 0 } = work
  throwIfAborted(what, signal)
  if (bytes > maxBytes) throw memoryError(bytes, maxBytes)
  const number = await cancellable(signal, cancel =>
    beside(called, [...before, maxBytes, threads, without, cancel, progress, ...after], kept),
  )
  switch (answers[number]) {
    case 'done':
      return
    case 'cancelled':
      throw abortError(what, signal)
    case 'no memory':
      throw new RvrError('INTERNAL', `the host has no memory for ${what}: ${bytes} bytes`, {
        hint: 'Cut smaller segments with a lower maxTraceHeight, or raise the limit on virtual memory (ulimit -v).',
      })
    case 'above limit':
      throw memoryError(bytes, maxBytes)
    case 'zero':
      throw new RvrError('UNPROVABLE', 'a message of the segment has the denominator 0, so it has no proof', {
        hint: 'Cut other segments with another maxTraceHeight.',
        details: { reason: 'denominator' },
      })
    default:
      throw new RvrError('INTERNAL', `${what}: tables, fixed trees and key do not belong together`)
  }
}
