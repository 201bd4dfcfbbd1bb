/** Paths of several parts of a run, each of them once: columns, and a hash table that finds them. */
import { Column } from './column.ts'
import type { CallPaths } from './counts.ts'

const LEAST_ENTRIES = 256

export class PathTable {
  readonly #parent = new Column(Int32Array)
  readonly #function = new Column(Int32Array)
  readonly #isTail = new Column(Uint8Array)
  /** Index of a path and 1 more; 0: free. */
  #entries = new Uint32Array(LEAST_ENTRIES)

  get length(): number {
    return this.#parent.length
  }

  /** Index of the path, which is new where it has not been asked for before. */
  place(parent: number, of: number, isTail: number): number {
    let entry = this.#find(parent, of, isTail)
    const known = this.#entries[entry]!
    if (known !== 0) return known - 1
    if (this.length * 2 >= this.#entries.length) {
      this.#grow()
      entry = this.#find(parent, of, isTail)
    }
    this.#parent.push(parent)
    this.#function.push(of)
    this.#isTail.push(isTail)
    this.#entries[entry] = this.length
    return this.length - 1
  }

  /** All of another's paths: their indices here. */
  placeAll({ parent, function: of, isTail }: CallPaths): Uint32Array {
    const places = new Uint32Array(parent.length)
    for (let index = 0; index < parent.length; index++) {
      const caller = parent[index]!
      places[index] = this.place(caller < 0 ? -1 : places[caller]!, of[index]!, isTail[index]!)
    }
    return places
  }

  finish(): CallPaths {
    return { parent: this.#parent.finish(), function: this.#function.finish(), isTail: this.#isTail.finish() }
  }

  /** The entry that has the path, or a free one for it. */
  #find(parent: number, of: number, isTail: number): number {
    const mask = this.#entries.length - 1
    const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(of * 2 + isTail, 0x85ebca6b)
    let entry = (mixed ^ (mixed >>> 15)) & mask
    for (;;) {
      const index = this.#entries[entry]! - 1
      if (index < 0) return entry
      const isSame = this.#parent.at(index) === parent && this.#function.at(index) === of
      if (isSame && this.#isTail.at(index) === isTail) return entry
      entry = (entry + 1) & mask
    }
  }

  #grow(): void {
    this.#entries = new Uint32Array(this.#entries.length * 4)
    for (let index = 0; index < this.length; index++) {
      const entry = this.#find(this.#parent.at(index), this.#function.at(index), this.#isTail.at(index))
      this.#entries[entry] = index + 1
    }
  }
}
