/** Columns that grow: numbers of one kind side by side, without an object for each. */

type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array

const LEAST = 64

export class Column<T extends Numbers> {
  readonly #make: new (length: number) => T
  #values: T
  #length = 0

  constructor(make: new (length: number) => T) {
    this.#make = make
    this.#values = new make(LEAST)
  }

  get length(): number {
    return this.#length
  }

  at(index: number): number {
    return this.#values[index]!
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.#make(this.#length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  /** The last value becomes another. */
  set(index: number, value: number): void {
    this.#values[index] = value
  }

  /** All values so far, in memory of their own. */
  finish(): T {
    return this.#values.slice(0, this.#length) as T
  }
}
