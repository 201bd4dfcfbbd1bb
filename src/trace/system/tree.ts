/** The tree over all of a guest's memory: hashes of what is not all zero, kept from segment to segment. */
import { LEAF_CELLS, SPACE_LEVELS, type MemoryLayout } from '../layout.ts'
import type { Hash, RowHasher } from './hash.ts'

/** A node by its height and its number among those of the height. */
export interface Node {
  readonly height: number
  readonly index: number
}

const HEIGHT_SIZE = 2 ** 30
const NO_CELLS = new Uint32Array(LEAF_CELLS)

export class MemoryTree {
  readonly height: number
  readonly #leafLevels: number
  readonly #hasher: RowHasher
  readonly #hashes = new Map<number, Hash>()
  /** By height: the hash of a node with nothing but zeros below. */
  readonly #zeros: Hash[]

  constructor(hasher: RowHasher, { leafLevels }: MemoryLayout) {
    this.#hasher = hasher
    this.#leafLevels = leafLevels
    this.height = leafLevels + SPACE_LEVELS
    this.#zeros = [hasher.compress(NO_CELLS, NO_CELLS)]
    for (let height = 0; height < this.height; height++)
      this.#zeros.push(hasher.compress(this.#zeros[height]!, this.#zeros[height]!))
  }

  /** The number of a leaf among all leaves. */
  leafIndex(space: number, leaf: number): number {
    return (space - 1) * 2 ** this.#leafLevels + leaf
  }

  hash({ height, index }: Node): Hash {
    return this.#hashes.get(height * HEIGHT_SIZE + index) ?? this.#zeros[height]!
  }

  get root(): Hash {
    return this.hash({ height: this.height, index: 0 })
  }

  /** Puts leaves in, and hashes what is above them. */
  update(leaves: Iterable<readonly [index: number, cells: ArrayLike<number>]>): void {
    let changed = new Set<number>()
    for (const [index, cells] of leaves) {
      this.#hashes.set(index, this.#hasher.compress(cells, NO_CELLS))
      changed.add(index)
    }
    for (let height = 1; height <= this.height; height++) {
      const above = new Set<number>()
      for (const index of changed) above.add(Math.floor(index / 2))
      for (const index of above) {
        const below = height - 1
        const left = this.hash({ height: below, index: 2 * index })
        const right = this.hash({ height: below, index: 2 * index + 1 })
        this.#hashes.set(height * HEIGHT_SIZE + index, this.#hasher.compress(left, right))
      }
      changed = above
    }
  }
}
