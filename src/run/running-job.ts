/** A job of a session while it runs: whoever may stop it, and whom it calls on the way. */
import type { CallbackScope } from '../callbacks.ts'
import type { EventReceiver } from '../events.ts'
import { stopAtExit } from './at-exit.ts'
import { ABORT, STOP_WORD, SUSPEND, TIMEOUT } from './control.ts'
import type { JobClient } from './pool.ts'
import type { Printer } from './printer.ts'
import { ProgressWatch } from './progress-watch.ts'

/** Hears how far a guest is, so often. */
export interface ProgressOptions {
  readonly receiver: EventReceiver
  readonly everyMs: number
}

export interface RunningJobOptions {
  readonly control: SharedArrayBuffer
  /** Makes native code come back, wherever the guest lives now. */
  interrupt(): void
  readonly callbacks: CallbackScope
  readonly printer: Printer
  readonly progress: ProgressOptions | undefined
  /** Instructions since the guest's start that earlier jobs executed. */
  readonly before: bigint
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
  readonly suspend: AbortSignal | undefined
  onStart(): void
  /** The caller's signal has fired, and the guest was told to stop. */
  onAbort(): void
}

export class RunningJob implements Disposable {
  readonly client: JobClient
  readonly #options: RunningJobOptions
  readonly #atEnd: (() => void)[] = []

  constructor(options: RunningJobOptions) {
    const { callbacks, printer, progress, timeoutMs, signal, suspend } = options
    this.#options = options
    const watch = progress === undefined ? undefined : new ProgressWatch(options.before, progress.everyMs, options)
    const exit = stopAtExit(() => this.#stop(ABORT))
    this.#atEnd.push(
      () => watch?.[Symbol.dispose](),
      () => exit[Symbol.dispose](),
    )
    this.#listen(callbacks.signal, () => this.#stop(ABORT))
    if (signal !== undefined) {
      this.#listen(signal, () => {
        this.#stop(ABORT)
        options.onAbort()
      })
    }
    this.client = {
      print: (stream, bytes, taken) => printer.print(stream, bytes, taken),
      onProgress: instructions => {
        if (watch !== undefined) void callbacks.call('onEvent', () => progress?.receiver(watch.event(instructions)))
      },
      onStart: () => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#stop(TIMEOUT), timeoutMs)
        this.#atEnd.push(() => clearTimeout(timer))
        // Only what has begun has a state to suspend.
        if (suspend?.aborted === true) this.#stop(SUSPEND)
        else if (suspend !== undefined) this.#listen(suspend, () => this.#stop(SUSPEND))
        options.onStart()
      },
      cancel: () => this.#stop(ABORT),
    }
  }

  [Symbol.dispose](): void {
    for (const end of this.#atEnd) end()
  }

  #stop(cause: typeof ABORT | typeof TIMEOUT | typeof SUSPEND): void {
    const words = new Int32Array(this.#options.control)
    Atomics.store(words, STOP_WORD, cause)
    Atomics.notify(words, STOP_WORD)
    this.#options.interrupt()
  }

  #listen(signal: AbortSignal, listener: () => void): void {
    signal.addEventListener('abort', listener, { once: true })
    this.#atEnd.push(() => signal.removeEventListener('abort', listener))
  }
}
