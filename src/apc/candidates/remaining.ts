/** What is left of runs from which occurrences are taken out. */
import type { Run } from './runs.ts'

/** Between two runs, and in the place of what was taken. */
const NOTHING = -1

/** All runs in one list, with the places of each block: to count anew looks only where the first block is. */
export class RemainingRuns {
  readonly #starts: Float64Array
  readonly #times: Float64Array
  readonly #places = new Map<number, number[]>()

  constructor(runs: readonly Run[]) {
    const length = runs.reduce((sum, { starts }) => sum + starts.length + 1, 0)
    this.#starts = new Float64Array(length).fill(NOTHING)
    this.#times = new Float64Array(length)
    let at = 0
    for (const { starts, times } of runs) {
      for (const start of starts) {
        this.#starts[at] = start
        this.#times[at] = times
        const places = this.#places.get(start)
        if (places === undefined) this.#places.set(start, [at])
        else places.push(at)
        at++
      }
      at++
    }
  }

  /** Occurrences that do not overlap, from left to right. */
  count(starts: readonly number[]): number {
    let count = 0
    for (const at of this.#occurrences(starts)) count += this.#times[at]!
    return count
  }

  /** Takes these occurrences out: what stood on both sides is no longer in a row. */
  take(starts: readonly number[]): void {
    for (const at of this.#occurrences(starts)) this.#starts.fill(NOTHING, at, at + starts.length)
  }

  *#occurrences(starts: readonly number[]): Generator<number> {
    let end = 0
    for (const at of this.#places.get(starts[0]!) ?? []) {
      if (at < end || !starts.every((start, index) => this.#starts[at + index] === start)) continue
      yield at
      end = at + starts.length
    }
  }
}
