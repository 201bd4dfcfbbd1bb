/** The tape of a job: it lies in the mode's area, whoever records it. */
import type { Xlen } from '../../elf/image.ts'
import { TAPE_BYTES, TAPE_HEADER_BYTES } from '../../layout/tape.ts'
import type { AreaPlace } from '../../layout/area.ts'
import type { Words } from './piece.ts'

/** Some words of the tape in the area, as they are: no copy. */
export function wordsAt(xlen: Xlen, { buffer, offset }: AreaPlace, from: number, length: number): Words {
  const start = offset + TAPE_HEADER_BYTES + from * (xlen / 8)
  return (xlen === 64 ? new BigUint64Array(buffer, start, length) : new Uint32Array(buffer, start, length)) as Words
}

export class Tape {
  /** Words that the area has room for. */
  readonly room: number
  readonly #words: Words
  /** The number of words as C has it. */
  readonly #used: BigUint64Array
  #count = 0

  constructor(xlen: Xlen, area: AreaPlace) {
    this.room = TAPE_BYTES / (xlen / 8)
    this.#used = new BigUint64Array(area.buffer, area.offset, 1)
    this.#words = wordsAt(xlen, area, 0, this.room)
  }

  /** Words recorded. */
  get length(): number {
    return this.#count
  }

  /** A word of the tape's width: a number on RV32. */
  push(word: bigint | number): void {
    this.#words[this.#count++] = word as never
  }

  /** Native code goes on with it. */
  lend(): void {
    this.#used[0] = BigInt(this.#count)
  }

  /** Native code has handed back. */
  regain(): void {
    this.#count = Number(this.#used[0])
  }

  /** Nobody wants what is on it. */
  drop(): void {
    this.#count = 0
  }

  /** Words in memory of their own. */
  copy(from: number, length: number): Words {
    return this.#words.slice(from, from + length) as Words
  }
}
