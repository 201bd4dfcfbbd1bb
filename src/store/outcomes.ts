/** What came of what was asked of an open store: counted, told as events, and of faults one warning. */
import type { EventSink } from '../events.ts'
import { countOutcome, type Counter, type Counts } from './counters.ts'

export class Outcomes {
  readonly #counts = new Map<string, number>()
  readonly #events: EventSink
  /** Where they are counted across processes; undefined where nothing can be written. */
  readonly #directory: string | undefined
  #warned = false

  constructor(directory: string | undefined, events: EventSink) {
    this.#directory = directory
    this.#events = events
  }

  /** Those of this object alone. */
  get counts(): Counts {
    return Object.fromEntries(this.#counts)
  }

  count(counter: Counter, times = 1): void {
    if (times === 0) return
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + times)
    if (this.#directory !== undefined) countOutcome(this.#directory, counter, times)
    this.#events({ type: 'cache', counter, ...(times > 1 && { times }) })
  }

  /** Counts every fault, warns of the first. */
  degrade(counter: Counter, reason: string): void {
    this.count(counter)
    if (this.#warned) return
    this.#warned = true
    this.#events({
      type: 'warning',
      message: `the cache cannot be used as it should: ${reason}`,
      hint: 'Compiling works, but is repeated. Choose another directory with --cache-dir, or see rvr cache verify.',
    })
  }
}
