/** Functions of the caller's: what one throws or rejects with becomes the error of the call it was given to. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { callbackFailed, type RvrError } from './errors.ts'
import type { EventReceiver, EventSink } from './events.ts'

/** Resolves when `signal` fires. */
export function firing(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What the callbacks of one call, or of one run, have come to. */
export class CallbackScope {
  readonly #controller = new AbortController()
  readonly #pending = new Set<Promise<void>>()
  #failure: RvrError | undefined

  /** Fires at the first failure, so that the work for the call can end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get failure(): RvrError | undefined {
    return this.#failure
  }

  /**
   * Calls a function of the caller's and never throws: a failure is kept. The promise, where there is one, resolves
   * when the function's own has settled.
   */
  call(name: string, callback: () => unknown): Promise<void> | undefined {
    let answer: unknown
    try {
      answer = callback()
    } catch (error) {
      this.#fail(name, error)
      return undefined
    }
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== 'function') return undefined
    const done = Promise.resolve(answer)
      .then(
        () => {},
        (error: unknown) => this.#fail(name, error),
      )
      .then(() => void this.#pending.delete(done))
    this.#pending.add(done)
    return done
  }

  /**
   * Waits for the promises of all callbacks, unless `until` fires first.
   *
   * @throws RvrError `CALLBACK_FAILED`, the first failure.
   */
  async settle(until: AbortSignal): Promise<void> {
    if (this.#pending.size > 0) await Promise.race([Promise.all(this.#pending), firing(until), firing(this.signal)])
    if (this.#failure !== undefined) throw this.#failure
  }

  #fail(name: string, cause: unknown): void {
    this.#failure ??= callbackFailed(name, cause)
    this.#controller.abort(this.#failure)
  }
}

const openCalls = new AsyncLocalStorage<{ readonly scope: CallbackScope; isOpen: boolean }>()

/**
 * A sink for `receiver`, whose failures belong to the call that an event comes from; outside of all calls to
 * `background`.
 */
export function sinkFor(receiver: EventReceiver | undefined, background: CallbackScope): EventSink {
  if (receiver === undefined) return () => {}
  return event => {
    const call = openCalls.getStore()
    const scope = call?.isOpen === true ? call.scope : background
    void scope.call('onEvent', () => receiver(event))
  }
}

/**
 * Does the work of one call. Whatever the call's callbacks throw meanwhile ends it: the signal that `work` gets fires,
 * and the call fails with that.
 *
 * @throws RvrError `CALLBACK_FAILED`, and what `work` throws.
 */
export async function inCall<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const scope = new CallbackScope()
  const call = { scope, isOpen: true }
  const signal = AbortSignal.any([scope.signal, ...signals.filter(one => one !== undefined)])
  try {
    const result = await openCalls.run(call, () => work(signal))
    await scope.settle(signal)
    return result
  } catch (error) {
    throw scope.failure ?? error
  } finally {
    call.isOpen = false
  }
}
