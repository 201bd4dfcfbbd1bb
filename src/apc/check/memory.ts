/** Registers and memory that hold whatever is likely until something is written. */
import type { BlockPlace, Blocks } from '../../air/fill.ts'
import type { Xlen } from '../../elf/image.ts'
import type { Readable } from './execute.ts'

interface MemoryBlock {
  content: bigint
  last: number
}

const REGISTERS = 1
const RAM = 2

/** What a block is before anything is done to it. */
export type FreshBlock = (space: number, pointer: number) => { readonly content: bigint; readonly last: number }

export class LikelyMemory implements Blocks, Readable {
  readonly #fresh: FreshBlock
  readonly #blockBytes: number
  /** Bytes that a pointer in messages counts. */
  readonly #pointerBytes: number
  readonly #blocks = new Map<string, MemoryBlock>()

  constructor(xlen: Xlen, fresh: FreshBlock) {
    this.#fresh = fresh
    this.#blockBytes = xlen / 8
    this.#pointerBytes = xlen === 64 ? 2 : 1
  }

  #at(space: number, pointer: number): MemoryBlock {
    const key = `${space}:${pointer}`
    let block = this.#blocks.get(key)
    if (block === undefined) this.#blocks.set(key, (block = { ...this.#fresh(space, pointer) }))
    return block
  }

  #ofByte(space: number, address: number): MemoryBlock {
    return this.#at(space, (address - (address % this.#blockBytes)) / this.#pointerBytes)
  }

  register(number: number): bigint {
    return this.#ofByte(REGISTERS, number * this.#blockBytes).content
  }

  load(address: number, bytes: number): bigint {
    let value = 0n
    for (let k = bytes - 1; k >= 0; k--) {
      // Addresses of 64 bits may be beyond what numbers tell apart.
      const at = address + k
      const byte = (this.#ofByte(RAM, at).content >> BigInt(8 * (at % this.#blockBytes))) & 0xffn
      value = (value << 8n) | byte
    }
    return value
  }

  access({ space, pointer, time }: BlockPlace): { readonly old: bigint; readonly last: number } {
    const block = this.#at(space, pointer)
    const found = { old: block.content, last: block.last }
    block.last = time
    return found
  }

  write({ space, pointer }: BlockPlace, content: bigint): void {
    this.#at(space, pointer).content = content
  }
}
