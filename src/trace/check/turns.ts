/** A check takes turns with whatever else the thread has to do, and ends when it is told to. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '../../errors.ts'

/** Rows or messages between two turns of the event loop. */
const TURN_STEPS = 2048

export class Turns {
  readonly #signal: AbortSignal | undefined
  #steps = 0

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  /** Is it time to `take` one? Asked before each step. */
  isDue(): boolean {
    return ++this.#steps % TURN_STEPS === 0
  }

  /** @throws RvrError `ABORTED` */
  async take(): Promise<void> {
    await nextTurn()
    throwIfAborted('the check', this.#signal)
  }
}
