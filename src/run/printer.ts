/** Hands what a guest prints to its caller's function, each text when the promise for the one before is done. */
import { firing, type CallbackScope } from '../callbacks.ts'

export type Stream = 'stdout' | 'stderr'
/** A caller's function for text; the guest waits while its promise is pending. */
export type PrintReceiver = (stream: Stream, bytes: Uint8Array) => unknown

export class Printer {
  readonly #receiver: PrintReceiver
  readonly #callbacks: CallbackScope
  /** Resolves when the last text has been taken; undefined when it has. */
  #last: Promise<void> | undefined
  #isClosed = false

  constructor(receiver: PrintReceiver, callbacks: CallbackScope) {
    this.#receiver = receiver
    this.#callbacks = callbacks
  }

  /** `taken` is called when the text is with its receiver, or dropped. */
  print(stream: Stream, bytes: Uint8Array, taken: () => void): void {
    const deliver = (): Promise<void> | undefined => {
      if (this.#isClosed || this.#callbacks.failure !== undefined) return undefined
      return this.#callbacks.call('onPrint', () => this.#receiver(stream, bytes))
    }
    const done = this.#last === undefined ? deliver() : this.#last.then(deliver)
    if (done === undefined) {
      taken()
      return
    }
    const last = done.then(() => {
      taken()
      if (this.#last === last) this.#last = undefined
    })
    this.#last = last
  }

  /** Resolves when all text has been taken, or when `until` fires. */
  async settled(until: AbortSignal): Promise<void> {
    const fired = firing(until)
    while (this.#last !== undefined && !until.aborted) await Promise.race([this.#last, fired])
  }

  /** Drops what has not been delivered. */
  close(): void {
    this.#isClosed = true
  }
}
