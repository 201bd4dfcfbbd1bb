/** Columns that grow: numbers of one kind side by side, without an object for each. */

type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array

const LEAST = 64

/** Whatever comes out, numbers are kept as one kind: code that sees several kinds of arrays is many times slower. */
export class Column<T extends Numbers> {
  readonly #make: new (length: number) => T
  #values = new Float64Array(LEAST)
  #length = 0

  constructor(make: new (length: number) => T) {
    this.#make = make
  }

  get length(): number {
    return this.#length
  }

  at(index: number): number {
    return this.#values[index]!
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  /** A value becomes another. */
  set(index: number, value: number): void {
    this.#values[index] = value
  }

  /** All values so far, in memory of their own. */
  finish(): T {
    const values = new this.#make(this.#length)
    values.set(this.#values.subarray(0, this.#length))
    return values
  }
}
