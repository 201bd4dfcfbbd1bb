/** The blocks that a segment touches: what they held at its start, what they hold, and when they were last accessed. */
import type { BlockPlace, Blocks } from '../air/fill.ts'
import { RvrError } from '../errors.ts'
import type { Touch } from './unprovable.ts'
import { BLOCK_CELLS, LEAF_CELLS, REGISTER_SPACE, type MemoryLayout } from './layout.ts'

interface Block {
  readonly initial: bigint
  content: bigint
  last: number
  isWritten: boolean
}

export interface TouchedBlock {
  readonly space: number
  /** As messages have it. */
  readonly pointer: number
  readonly block: Readonly<Block>
}

/** A leaf of which the segment has accessed a block. */
export interface TouchedLeaf {
  readonly space: number
  readonly leaf: number
  /** By block; undefined where only the other one was touched. */
  readonly blocks: readonly (Readonly<Block> | undefined)[]
}

const SPACE_SIZE = 2 ** 30

export class SegmentMemory implements Blocks {
  readonly #layout: MemoryLayout
  readonly #blocks = new Map<number, Block>()

  constructor(layout: MemoryLayout, registers: ArrayLike<bigint>) {
    this.#layout = layout
    for (let number = 0; number < registers.length; number++)
      this.#open(REGISTER_SPACE, number * BLOCK_CELLS, registers[number]!)
  }

  #open(space: number, pointer: number, content: bigint): void {
    const key = space * SPACE_SIZE + pointer
    if (!this.#blocks.has(key)) this.#blocks.set(key, { initial: content, content, last: 0, isWritten: false })
  }

  #at(space: number, pointer: number): Block {
    const block = this.#blocks.get(space * SPACE_SIZE + pointer)
    if (block !== undefined) return block
    throw new RvrError('INTERNAL', `a row accesses block ${pointer} of space ${space}, which its instruction does not`)
  }

  /** Bytes are about to be accessed; `content` tells what the block at an address holds. */
  open({ space, address, length }: Touch, content: (address: number) => bigint): void {
    const { blockBytes } = this.#layout
    for (let at = address - (address % blockBytes); at < address + length; at += blockBytes) {
      const pointer = (at / blockBytes) * BLOCK_CELLS
      if (!this.#blocks.has(space * SPACE_SIZE + pointer)) this.#open(space, pointer, content(at))
    }
  }

  /** The address of the first block of these bytes that holds something else; undefined where none does. */
  differing({ space, address, length }: Touch, content: (address: number) => bigint): number | undefined {
    const { blockBytes } = this.#layout
    for (let at = address - (address % blockBytes); at < address + length; at += blockBytes)
      if (this.#at(space, (at / blockBytes) * BLOCK_CELLS).content !== content(at)) return at
    return undefined
  }

  register(number: number): bigint {
    return this.#at(REGISTER_SPACE, number * BLOCK_CELLS).content
  }

  access({ space, pointer, time }: BlockPlace): { readonly old: bigint; readonly last: number } {
    const block = this.#at(space, pointer)
    const found = { old: block.content, last: block.last }
    if (found.last >= time)
      throw new RvrError('INTERNAL', `block ${pointer} of space ${space} is accessed at ${time}, after ${found.last}`)
    block.last = time
    return found
  }

  write({ space, pointer }: BlockPlace, content: bigint): void {
    const block = this.#at(space, pointer)
    block.content = content
    block.isWritten = true
  }

  /** Blocks that were accessed, by space, then by pointer. */
  touchedBlocks(): readonly TouchedBlock[] {
    return [...this.#blocks]
      .filter(([, { last }]) => last !== 0)
      .toSorted(([a], [b]) => a - b)
      .map(([key, block]) => ({ space: Math.floor(key / SPACE_SIZE), pointer: key % SPACE_SIZE, block }))
  }

  /** By space, then by leaf. */
  touchedLeaves(): readonly TouchedLeaf[] {
    const leaves: { space: number; leaf: number; blocks: (Readonly<Block> | undefined)[] }[] = []
    for (const { space, pointer, block } of this.touchedBlocks()) {
      const number = Math.floor(pointer / LEAF_CELLS)
      let leaf = leaves.at(-1)
      if (leaf?.space !== space || leaf.leaf !== number) {
        leaf = { space, leaf: number, blocks: [undefined, undefined] }
        leaves.push(leaf)
      }
      leaf.blocks[(pointer % LEAF_CELLS) / BLOCK_CELLS] = block
    }
    return leaves
  }
}
