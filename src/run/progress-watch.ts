/** Asks a running guest now and then how far it is: native code comes back for that once and goes on. */
import type { RvrEvent } from '../events.ts'
import { PEEK_WORD } from './control.ts'

export class ProgressWatch implements Disposable {
  readonly #timer: NodeJS.Timeout
  readonly #before: bigint
  #last: bigint
  #lastAt = performance.now()

  /**
   * `before`: instructions since the guest's start that earlier jobs executed; `interrupt` makes native code come back.
   */
  constructor(
    before: bigint,
    everyMs: number,
    { control, interrupt }: { readonly control: SharedArrayBuffer; readonly interrupt: () => void },
  ) {
    this.#before = before
    this.#last = before
    const words = new Int32Array(control)
    this.#timer = setInterval(() => {
      Atomics.store(words, PEEK_WORD, 1)
      interrupt()
    }, everyMs).unref()
  }

  /** The event for an answer of the worker's. */
  event(executed: bigint): RvrEvent {
    const now = performance.now()
    const instructions = this.#before + executed
    const seconds = Math.max(now - this.#lastAt, 1) / 1000
    const perSecond = Math.round(Number(instructions - this.#last) / seconds)
    this.#last = instructions
    this.#lastAt = now
    return { type: 'progress', instructions, perSecond }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
