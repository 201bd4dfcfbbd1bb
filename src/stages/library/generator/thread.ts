/** One worker thread that generates code, seen from the main thread: from its first order to its end. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Worker } from 'node:worker_threads'
import { RvrError, throwIfAborted } from '../../../errors.ts'
import { generatorThread } from '../../../thread-starts.ts'
import { errorOf } from './failure.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'
import type { Generated, GenerationListener, GenerationOrder } from './order.ts'

interface Pending {
  readonly order: GenerationOrder
  readonly listener: GenerationListener
  /** Runs a function as a part of the call that the order is from: events belong to calls. */
  readonly inCall: <T>(call: () => T) => T
  readonly resolve: (generated: Generated) => void
  readonly reject: (error: unknown) => void
  /** Files that came are received one batch after the other. */
  received: Promise<void>
}

export class GeneratorThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #onEnd: () => void
  #orders = 0

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
    this.#worker = new Worker(generatorThread, { name: 'rvr generator', execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (message: FromGenerator) => this.#hear(message))
    this.#worker.on('error', cause => this.#end(cause))
    this.#worker.on('exit', () => this.#end(undefined))
  }

  get isIdle(): boolean {
    return this.#pending.size === 0
  }

  /**
   * Has a project written. When this rejects, nothing is written any more.
   *
   * @throws what the order's work throws there, and what `receive` throws; RvrError `ABORTED`, `WORKER_FAILED`.
   */
  async generate(order: GenerationOrder, file: Uint8Array, listener: GenerationListener): Promise<Generated> {
    const { signal } = listener
    const id = this.#orders++
    const { promise, resolve, reject } = Promise.withResolvers<Generated>()
    const inCall = AsyncLocalStorage.snapshot()
    this.#pending.set(id, { order, listener, inCall, resolve, reject, received: Promise.resolve() })
    this.#worker.ref()
    const abort = (): void => this.#abort(id)
    try {
      this.#post({ type: 'order', id, order, file })
      signal?.addEventListener('abort', abort, { once: true })
      return await promise
    } catch (error) {
      throwIfAborted('generating code', signal)
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#pending.delete(id)
      if (this.isIdle) this.#worker.unref()
    }
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(message: ToGenerator): void {
    this.#worker.postMessage(message)
  }

  /**
   * Lifting and planning hear of nothing before they are done, so a thread with nothing else to do is ended. One that
   * may be writing into a user's directory ends by itself, with no half of a file.
   */
  #abort(id: number): void {
    const isInVain = ({ order, listener }: Pending): boolean =>
      listener.signal?.aborted === true && order.emitDirectory === undefined
    if (![...this.#pending.values()].every(isInVain)) {
      this.#post({ type: 'abort', id })
      return
    }
    this.#onEnd()
    void this.#worker.terminate()
  }

  #hear(message: FromGenerator): void {
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    const { listener, inCall, received, resolve, reject } = pending
    switch (message.type) {
      case 'event':
        inCall(() => listener.events(message.event))
        break
      case 'files':
        pending.received = received.then(() => inCall(() => listener.receive(message.files)))
        // Whoever waits for the end hears of it.
        pending.received.catch(() => {})
        break
      case 'generated':
        received.then(() => resolve(message.generated), reject)
        break
      case 'failed':
        void settled(received).then(() => reject(errorOf(message.failure)))
    }
  }

  #end(cause: unknown): void {
    this.#onEnd()
    const error = new RvrError('WORKER_FAILED', 'the worker thread that generates code died', { cause })
    for (const { received, reject } of this.#pending.values()) void settled(received).then(() => reject(error))
  }
}

const settled = (promise: Promise<void>): Promise<void> => promise.catch(() => {})
