/** The part of a tape that is being recorded: in the mode's area, where native code goes on with it. */
import type { Xlen } from '../../elf/image.ts'
import { TAPE_AREA_BYTES, TAPE_HEADER_BYTES } from '../../layout/tape.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { Words } from './piece.ts'

/** Typed arrays of both widths are treated alike: what is taken from one of a width goes into another of it. */
const wordsOver = (xlen: Xlen, { buffer, offset }: AreaPlace, count: number): BigUint64Array =>
  xlen === 64 ? new BigUint64Array(buffer, offset, count) : (new Uint32Array(buffer, offset, count) as never)

export class Tape {
  /** Words that the area has room for. */
  readonly room: number
  readonly #xlen: Xlen
  readonly #words: BigUint64Array
  /** The number of words as C has it. */
  readonly #used: BigUint64Array
  /** Words of the same part that the area had no room for. */
  #earlier: BigUint64Array[] = []
  #earlierWords = 0
  #count = 0

  /** In memory of its own where no native code is. */
  constructor(xlen: Xlen, area: AreaPlace = { buffer: new ArrayBuffer(TAPE_AREA_BYTES), offset: 0 }) {
    const { buffer, offset } = area
    this.#xlen = xlen
    this.room = (TAPE_AREA_BYTES - TAPE_HEADER_BYTES) / (xlen / 8)
    this.#used = new BigUint64Array(buffer, offset, 1)
    this.#words = wordsOver(xlen, { buffer, offset: offset + TAPE_HEADER_BYTES }, this.room)
  }

  /** Words recorded. */
  get length(): number {
    return this.#earlierWords + this.#count
  }

  /** Words that the area still has room for. */
  get free(): number {
    return this.room - this.#count
  }

  push(word: bigint | number): void {
    if (this.#count === this.room) this.#empty()
    this.#words[this.#count++] = word as bigint
  }

  /** Native code goes on with it. */
  lend(): void {
    this.#used[0] = BigInt(this.#count)
  }

  /** Native code has handed back. */
  regain(): void {
    this.#count = Number(this.#used[0])
  }

  /** All words, in memory of their own; the tape is empty then. */
  take(): Words {
    if (this.#earlierWords > 0 && this.#count > 0) this.#empty()
    const [first, ...others] = this.#earlierWords > 0 ? this.#earlier : [this.#words.slice(0, this.#count)]
    const words = others.length === 0 ? first! : this.#joined()
    this.drop()
    return words as Words
  }

  /** Nobody wants what is on it. */
  drop(): void {
    this.#earlier = []
    this.#earlierWords = 0
    this.#count = 0
  }

  #empty(): void {
    this.#earlier.push(this.#words.slice(0, this.#count))
    this.#earlierWords += this.#count
    this.#count = 0
  }

  #joined(): BigUint64Array {
    const bytes = this.#earlierWords * (this.#xlen / 8)
    const whole = wordsOver(this.#xlen, { buffer: new ArrayBuffer(bytes), offset: 0 }, this.#earlierWords)
    let at = 0
    for (const part of this.#earlier) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}
