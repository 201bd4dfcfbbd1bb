/** Calls into a trace engine: threads, progress, and a signal that ends them. */
import { throwIfAborted } from '../../errors.ts'
import { cancellable } from '../../load/native-functions.ts'
import type { Progress } from '../../load/trace-engine.ts'
import { FINE, failureOf, failureRecord, type FailureContext } from './failures.ts'

export interface EngineOptions {
  /** Default: 1. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Instructions so far, one word that C counts up. */
  readonly done?: BigUint64Array | undefined
}

/** @throws RvrError what `failureOf` makes of a failure; `ABORTED` */
export async function performed(
  { threads = 1, signal, done = new BigUint64Array(1) }: EngineOptions,
  context: Omit<FailureContext, 'signal'>,
  perform: (progress: Progress, failure: BigUint64Array) => Promise<number>,
): Promise<void> {
  throwIfAborted('the trace', signal)
  const failure = failureRecord()
  const why = await cancellable(signal, cancel => perform({ threads, cancel, done }, failure))
  if (why !== FINE) throw failureOf(failure, { ...context, signal })
}
