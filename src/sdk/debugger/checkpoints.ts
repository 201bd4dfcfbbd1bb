/** Snapshots of a run, dense where it is and sparse far behind it. */
import type { Snapshot } from './snapshot.ts'

/** How many are kept beside the first, and how many bytes of memory these take in all. */
const MOST = 48
const MOST_BYTES = 2 ** 29

const placeOf = ({ state }: Snapshot): bigint => state.instructions

export class Checkpoints {
  /** By instructions, ascending; the first one stays. */
  #all: Snapshot[]

  constructor(first: Snapshot) {
    this.#all = [first]
  }

  get count(): number {
    return this.#all.length
  }

  /** The last one that is not behind a place. */
  before(instret: bigint): Snapshot {
    return this.#all.findLast(snapshot => placeOf(snapshot) <= instret)!
  }

  /** Adds one, unless there is one at its place, and drops what is needed least. */
  add(snapshot: Snapshot): void {
    const index = this.#all.findLastIndex(one => placeOf(one) <= placeOf(snapshot))
    if (placeOf(this.#all[index]!) === placeOf(snapshot)) return
    this.#all.splice(index + 1, 0, snapshot)
    while (this.#all.length > 1 && (this.#all.length > MOST + 1 || this.#bytes() > MOST_BYTES))
      this.#drop(placeOf(snapshot))
  }

  /** What comes behind a place is not so any more, nor what is there, unless it is the first. */
  cut(instret: bigint): void {
    this.#all = this.#all.filter((snapshot, index) => index === 0 || placeOf(snapshot) < instret)
  }

  #bytes(): number {
    return this.#all.reduce((sum, { ownBytes }, index) => sum + (index === 0 ? 0 : ownBytes), 0)
  }

  /** The one without which the gap is smallest, as seen from `here`. */
  #drop(here: bigint): void {
    const at = (index: number): number => Number(placeOf(this.#all[Math.min(index, this.#all.length - 1)]!))
    let least = 1
    let smallest = Infinity
    for (let index = 1; index < this.#all.length; index++) {
      const gap = at(index + 1) - at(index - 1)
      const distance = Math.abs(Number(here) - at(index)) + 1
      if (gap / distance >= smallest || placeOf(this.#all[index]!) === here) continue
      smallest = gap / distance
      least = index
    }
    this.#all.splice(least, 1)
  }
}
