/** Reads fields of data that may be damaged: behind the end it yields zeros and remembers that it failed. */
import type { Xlen } from './image.ts'

/** Bytes of a LEB128 number; what does not fit into 64 bits is damaged. */
const MOST_LEB_BYTES = 10

export class Cursor {
  readonly #view: DataView
  readonly #end: number
  #at: number
  #failed = false

  /** Reads `bytes` from offset `at` up to, not including, `end`; an offset outside of them leaves nothing to read. */
  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = Math.min(end, bytes.length)
    this.#at = at >= 0 ? at : this.#end
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at
  }
  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }
  /** Something was read that is not there. Nothing is left to read then. */
  get failed(): boolean {
    return this.#failed
  }

  /** Offset of the next `count` bytes, which are passed over. */
  #take(count: number): number | undefined {
    const at = this.#at
    if (count <= this.#end - at) {
      this.#at = at + count
      return at
    }
    this.#failed = true
    this.#at = this.#end
    return undefined
  }

  skip(count: number): void {
    this.#take(count)
  }

  u8(): number {
    const at = this.#take(1)
    return at === undefined ? 0 : this.#view.getUint8(at)
  }

  u16(): number {
    const at = this.#take(2)
    return at === undefined ? 0 : this.#view.getUint16(at, true)
  }

  u24(): number {
    const at = this.#take(3)
    return at === undefined ? 0 : this.#view.getUint16(at, true) + this.#view.getUint8(at + 2) * 0x1_0000
  }

  u32(): number {
    const at = this.#take(4)
    return at === undefined ? 0 : this.#view.getUint32(at, true)
  }

  /** Passes over a zero-terminated text. @returns its offset */
  text(): number {
    const from = this.#at
    while (this.u8() !== 0);
    return from
  }

  /** 64 bits as a signed number, not exact beyond 2^53. */
  s64(): number {
    const at = this.#take(8)
    return at === undefined ? 0 : Number(this.#view.getBigInt64(at, true))
  }

  word(xlen: Xlen): number {
    return xlen === 64 ? this.s64() : this.u32()
  }

  /** An unsigned LEB128 number, not exact beyond 2^53. */
  uleb(): number {
    return this.#leb().value
  }

  /** A signed LEB128 number. */
  sleb(): number {
    const { value, scale, last } = this.#leb()
    return (last & 0x40) === 0 ? value : value - scale
  }

  #leb(): { value: number; scale: number; last: number } {
    let value = 0
    let scale = 1
    let last = 0x80
    for (let count = 0; (last & 0x80) !== 0; count++) {
      // Nothing is left to read behind what is damaged: whoever reads up to the end ends.
      if (count === MOST_LEB_BYTES) this.skip(Infinity)
      if (this.#failed) return { value: 0, scale: 1, last: 0 }
      last = this.u8()
      value += (last & 0x7f) * scale
      scale *= 128
    }
    return { value, scale, last }
  }
}
