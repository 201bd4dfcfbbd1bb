/** From Rvr.create() to dispose(): no call begins afterwards, and what is being compiled ends with it. */
import { CallbackScope, inCall } from '../callbacks.ts'
import { RvrError } from '../errors.ts'

const disposed = (message: string): RvrError =>
  new RvrError('DISPOSED', message, { hint: 'Create another with Rvr.create().' })

export class Lifetime {
  /** Failures of callbacks that belong to no call: dispose() rejects with them. */
  readonly callbacks = new CallbackScope()
  readonly #ending = new AbortController()
  readonly #calls = new Set<Promise<unknown>>()

  /** @throws RvrError `DISPOSED`. */
  check(): void {
    if (this.#ending.signal.aborted) throw disposed('this Rvr has been disposed')
  }

  /**
   * Does the work of one call, which ends when the caller's signal fires, when one of the caller's functions throws, or
   * when everything ends.
   *
   * @throws RvrError `DISPOSED`, `CALLBACK_FAILED`, and what `work` throws.
   */
  async call<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check()
    const call = inCall([signal, this.#ending.signal], work)
    this.#calls.add(call)
    try {
      return await call
    } catch (error) {
      const byEnd =
        this.#ending.signal.aborted && signal?.aborted !== true && error instanceof RvrError && error.code === 'ABORTED'
      throw byEnd ? disposed('this Rvr was disposed meanwhile') : error
    } finally {
      this.#calls.delete(call)
    }
  }

  /** Ends all calls and resolves when they have ended. */
  async end(): Promise<void> {
    this.#ending.abort()
    await Promise.allSettled(this.#calls)
  }
}
