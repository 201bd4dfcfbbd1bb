/** A typed array that grows. */

type Typed = Int32Array | Uint32Array | Float64Array | Uint8Array

export class Column<T extends Typed> {
  #values: T
  length = 0

  constructor(empty: T) {
    this.#values = empty
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow()
    this.#values[this.length++] = value
  }

  at(index: number): number {
    return this.#values[index]!
  }

  /** What there is, cut to its length; the column ends with it. */
  take(): T {
    return this.length === this.#values.length ? this.#values : (this.#values.slice(0, this.length) as T)
  }

  #grow(): void {
    const larger = new (this.#values.constructor as new (length: number) => T)(Math.max(64, this.#values.length * 2))
    larger.set(this.#values)
    this.#values = larger
  }
}
