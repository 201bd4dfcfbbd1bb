/** Objects by a hash that whoever makes them computes. */

const FIRST_SLOTS = 1024

/** Takes the one hash into another one, together with a number. */
export const mixed = (hash: number, value: number): number => {
  const next = Math.imul(hash ^ value, 0x9e3779b1)
  return next ^ (next >>> 15)
}

/** Nothing is ever removed. Objects of the same hash are found one after another. */
export class HashTable<T> {
  #slots: (T | undefined)[] = Array.from({ length: FIRST_SLOTS })
  #hashes = new Int32Array(FIRST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The place of the first object with the hash, or a free one, which `at` shows. */
  first(hash: number): number {
    return this.#from(hash & (this.#slots.length - 1), hash)
  }

  after(place: number, hash: number): number {
    return this.#from((place + 1) & (this.#slots.length - 1), hash)
  }

  at(place: number): T | undefined {
    return this.#slots[place]
  }

  add(hash: number, object: T): void {
    if (2 * ++this.#size > this.#slots.length) this.#grow()
    this.#put(hash, object)
  }

  #from(start: number, hash: number): number {
    let place = start
    while (this.#slots[place] !== undefined && this.#hashes[place] !== hash)
      place = (place + 1) & (this.#slots.length - 1)
    return place
  }

  #put(hash: number, object: T): void {
    let place = hash & (this.#slots.length - 1)
    while (this.#slots[place] !== undefined) place = (place + 1) & (this.#slots.length - 1)
    this.#slots[place] = object
    this.#hashes[place] = hash
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes]
    this.#slots = Array.from({ length: 2 * slots.length })
    this.#hashes = new Int32Array(2 * slots.length)
    for (const [place, object] of slots.entries()) if (object !== undefined) this.#put(hashes[place]!, object)
  }
}
