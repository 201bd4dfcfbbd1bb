/** Memory of one segment as the AIRs see it: blocks, and when each was last accessed. */
import type { BlockPlace, Blocks } from '../../src/air/fill.ts'
import type { Xlen } from '../../src/elf/image.ts'

interface Block {
  content: bigint
  last: number
}

export const REGISTERS = 1
export const RAM = 2
export const PUBLIC = 3

/** What a block is before anything is done to it. */
export type FreshBlock = (space: number, pointer: number) => { readonly content: bigint; readonly last: number }

export class SegmentMemory implements Blocks {
  readonly #blockBytes: bigint
  /** Bytes that a pointer in messages counts. */
  readonly #pointerBytes: number
  readonly #blocks = new Map<string, Block>()
  /** All accesses, in order. */
  readonly accesses: (BlockPlace & { readonly old: bigint; readonly last: number })[] = []

  readonly #fresh: FreshBlock

  constructor(xlen: Xlen, fresh: FreshBlock = () => ({ content: 0n, last: 0 })) {
    this.#fresh = fresh
    this.#blockBytes = BigInt(xlen / 8)
    this.#pointerBytes = xlen === 64 ? 2 : 1
  }

  #at(space: number, pointer: number): Block {
    const key = `${space}:${pointer}`
    const before = this.#blocks.get(key)
    if (before !== undefined) return before
    const block = { ...this.#fresh(space, pointer) }
    this.#blocks.set(key, block)
    return block
  }

  #ofByte(space: number, address: number): Block {
    return this.#at(space, (address - (address % Number(this.#blockBytes))) / this.#pointerBytes)
  }

  /** @param address a multiple of the block's size */
  set(space: number, address: number, content: bigint, last: number): void {
    Object.assign(this.#ofByte(space, address), { content, last })
  }

  /** As `set`, at a pointer as messages have it. */
  setBlock({ space, pointer }: BlockPlace, content: bigint, last: number): void {
    Object.assign(this.#at(space, pointer), { content, last })
  }

  setRegister(number: number, content: bigint, last: number): void {
    this.set(REGISTERS, number * Number(this.#blockBytes), content, last)
  }

  register(number: number): bigint {
    return this.#ofByte(REGISTERS, number * Number(this.#blockBytes)).content
  }

  /** Little-endian number of so many bytes. */
  load(address: number, bytes: number): bigint {
    let value = 0n
    for (let k = bytes - 1; k >= 0; k--) {
      const at = address + k
      value = (value << 8n) | ((this.#ofByte(RAM, at).content >> (8n * (BigInt(at) % this.#blockBytes))) & 0xffn)
    }
    return value
  }

  content(space: number, pointer: number): bigint {
    return this.#at(space, pointer).content
  }

  access(place: BlockPlace): { readonly old: bigint; readonly last: number } {
    const block = this.#at(place.space, place.pointer)
    const found = { old: block.content, last: block.last }
    if (found.last >= place.time) throw new Error(`an access at ${place.time} after one at ${found.last}`)
    block.last = place.time
    this.accesses.push({ ...place, ...found })
    return found
  }

  write({ space, pointer }: BlockPlace, content: bigint): void {
    this.#at(space, pointer).content = content
  }
}
