/** Nested address ranges as a list in which each address belongs to the innermost one. */
import { lastAtMost } from '../search.ts'
import type { AddressRange } from './ranges.ts'

/** Values are indices; where ranges overlap, the one that begins later, or was added later, is the inner one. */
export class Intervals {
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  readonly #values: Uint32Array

  constructor({ from, to, value }: IntervalsBuilder) {
    const order = Uint32Array.from(from, (_, index) => index)
    order.sort((a, b) => from[a]! - from[b]! || a - b)
    // Each range ends a piece where it begins and one where it ends.
    const [starts, ends] = [new Float64Array(2 * from.length), new Float64Array(2 * from.length)]
    const values = new Uint32Array(2 * from.length)
    let count = 0
    const open: number[] = []
    let at = -Infinity
    const emit = (end: number): void => {
      if (end <= at) return
      if (open.length > 0) {
        starts[count] = at
        ends[count] = end
        values[count++] = value[open.at(-1)!]!
      }
      at = end
    }
    const closeUntil = (address: number): void => {
      while (open.length > 0 && to[open.at(-1)!]! <= address) {
        emit(to[open.at(-1)!]!)
        open.pop()
      }
    }
    for (const index of order) {
      closeUntil(from[index]!)
      emit(from[index]!)
      open.push(index)
    }
    closeUntil(Infinity)
    this.#starts = starts.slice(0, count)
    this.#ends = ends.slice(0, count)
    this.#values = values.slice(0, count)
  }

  at(address: number): number | undefined {
    const index = lastAtMost(this.#starts.length, address, each => this.#starts[each]!)
    return index >= 0 && address < this.#ends[index]! ? this.#values[index] : undefined
  }

  /** All of them in order; none overlaps another. */
  *all(): Generator<AddressRange & { readonly value: number }> {
    for (const [index, from] of this.#starts.entries())
      yield { from, to: this.#ends[index]!, value: this.#values[index]! }
  }
}

export class IntervalsBuilder {
  readonly from: number[] = []
  readonly to: number[] = []
  readonly value: number[] = []

  add(range: AddressRange, value: number): void {
    this.from.push(range.from)
    this.to.push(range.to)
    this.value.push(value)
  }
}
