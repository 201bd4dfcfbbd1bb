/** Compiler processes that one rvr may run at a time, shared by all that it compiles at once. */
import { availableParallelism } from 'node:os'
import { abortError } from '../errors.ts'

/** More compilers at once than any machine has use for. */
export const MAX_JOBS = 1024

export interface TakenSlots extends Disposable {
  /** How many compiler processes may run. */
  readonly count: number
}

interface Waiting {
  readonly wanted: number
  readonly resolve: (slots: TakenSlots) => void
}

export class JobSlots {
  readonly total: number
  #free: number
  /** In the order in which they came; nobody is passed over. */
  readonly #waiting: Waiting[] = []

  constructor(total: number = availableParallelism()) {
    this.total = Math.max(1, total)
    this.#free = this.total
  }

  /**
   * Slots for a build that has work for `wanted` processes: at least half of what it could use, as soon as they are
   * free. Rejects with ABORTED when `signal` fires before.
   */
  take(wanted: number, signal?: AbortSignal): Promise<TakenSlots> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortError('compiling', signal))
        return
      }
      const give = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1)
        reject(abortError('compiling', signal))
        this.#serve()
      }
      const place: Waiting = {
        wanted: Math.max(1, Math.min(wanted, this.total)),
        resolve: slots => {
          signal?.removeEventListener('abort', give)
          resolve(slots)
        },
      }
      signal?.addEventListener('abort', give, { once: true })
      this.#waiting.push(place)
      this.#serve()
    })
  }

  #serve(): void {
    for (
      let first = this.#waiting[0];
      first !== undefined && this.#free >= Math.ceil(first.wanted / 2);
      first = this.#waiting[0]
    ) {
      this.#waiting.shift()
      const count = Math.min(first.wanted, this.#free)
      this.#free -= count
      let isTaken = true
      first.resolve({
        count,
        [Symbol.dispose]: () => {
          if (isTaken) this.#free += count
          isTaken = false
          this.#serve()
        },
      })
    }
  }
}
