/** A slow, plain witness of the memory tables: row counts by set arithmetic over leaves and their ancestors. */

/** What of the tables differs between machines. */
export interface PlainTree {
  /** Bytes of one leaf. */
  leafBytes: number
  /** The only node at this height is the root. */
  height: number
  /** Rows of the boundary table for one leaf. */
  leafRows: number
}

/** The machines that rvr ships, by register width. */
export const plainTrees = {
  32: { leafBytes: 8, height: 29, leafRows: 2 },
  64: { leafBytes: 16, height: 28, leafRows: 1 },
} as const satisfies Record<number, PlainTree>

export const addressSpaces = { registers: 1, memory: 2, publicValues: 3 } as const

/** Rows of the three tables that memory fills. */
export interface MemoryRows {
  boundary: number
  merkle: number
  hash: number
}

/** Leaf id of a byte address inside an address space, one of 8. */
export function leafIdOf(addressSpace: number, byteAddress: number, tree: PlainTree = plainTrees[64]): number {
  return (addressSpace - 1) * 2 ** (tree.height - 3) + Math.floor(byteAddress / tree.leafBytes)
}

const KEYS = 2 ** 30
/** One number for a (height, index) pair: every index is below 2^30. A leaf is a pair of height 0. */
function nodeKey(height: number, leafId: number): number {
  return height * KEYS + Math.floor(leafId / 2 ** height)
}

/** Keys of all given leaves (height 0) and of all their ancestors, each once. */
function withAncestors(leaves: Iterable<number>, { height: treeHeight }: PlainTree): Set<number> {
  const keys = new Set<number>()
  for (const leaf of leaves) {
    for (let height = 0; height <= treeHeight; height++) {
      const key = nodeKey(height, leaf)
      // Whoever is present came with all its ancestors.
      if (keys.has(key)) break
      keys.add(key)
    }
  }
  return keys
}

/**
 * Row counts of one segment. `earlier` holds the leaves that are not all-zero at the segment's start, `touched` those
 * touched in it. `onEmpty` holds leaves that were touched first of all, when the whole tree was all-zero: the
 * registers of the first segment.
 */
export function memoryRows(
  earlier: Iterable<number>,
  touched: Iterable<number>,
  onEmpty: Iterable<number> = [],
  tree: PlainTree = plainTrees[64],
): MemoryRows {
  const first = withAncestors(onEmpty, tree)
  const keys = new Set([...first, ...withAncestors(touched, tree)])
  const nonZero = withAncestors(earlier, tree)
  for (const key of first) nonZero.delete(key)
  let leaves = 0
  let nodes = 0
  let initialHashes = 0
  let greatestZeroHeight = -1
  for (const key of keys) {
    const height = Math.floor(key / KEYS)
    if (height === 0) leaves++
    else nodes++
    if (nonZero.has(key)) initialHashes++
    else greatestZeroHeight = Math.max(greatestZeroHeight, height)
  }
  // One default row per height from 0 to the greatest all-zero one; none if nothing was all-zero.
  const defaultRows = greatestZeroHeight + 1
  return { boundary: leaves * tree.leafRows, merkle: 2 * nodes, hash: leaves + nodes + initialHashes + defaultRows }
}

/** The memory tables of the segment in progress. */
export class PlainMemoryTables {
  /** Leaves that are not all-zero at the segment's start. */
  #earlier: Set<number>
  /** Every touch of the segment in order, repetitions included. */
  #touches: number[] = []
  readonly #registerLeaves: number
  readonly #tree: PlainTree

  /** The first segment charges its registers before the image is marked. */
  #isFirst = true

  /**
   * `registerLeaves` leaves of address space 1 count as touched at every segment's start: 16 for both widths, 0 for
   * none.
   */
  constructor(imageLeaves: Iterable<number>, registerLeaves = 0, tree: PlainTree = plainTrees[64]) {
    this.#tree = tree
    this.#earlier = new Set(imageLeaves)
    this.#registerLeaves = registerLeaves
  }

  touch(leafId: number): void {
    if (!Number.isInteger(leafId) || leafId < 0 || leafId >= 2 ** this.#tree.height)
      throw new Error(`no such leaf: ${leafId}`)
    this.#touches.push(leafId)
  }

  /** Row counts of the segment in progress, computed anew. */
  rows(): MemoryRows {
    const registers = this.#registers()
    return this.#isFirst
      ? memoryRows(this.#earlier, this.#touches, registers, this.#tree)
      : memoryRows(this.#earlier, [...registers, ...this.#touches], [], this.#tree)
  }

  /**
   * Ends the segment and starts the next. `keep` lists the touches after the cut, in order and with repetitions: the
   * last calls of `touch`. They belong to the new segment; all others, and the registers, are no longer all-zero in it.
   *
   * @returns the row counts of the ended segment at the cut
   */
  cut(keep: Iterable<number> = []): MemoryRows {
    const kept = [...keep]
    const split = this.#touches.length - kept.length
    if (split < 0 || kept.some((leaf, i) => leaf !== this.#touches[split + i]))
      throw new Error('keep must list the last touches in order')
    this.#touches.length = split
    const ended = this.rows()
    this.#earlier = new Set([...this.#earlier, ...this.#registers(), ...this.#touches])
    this.#touches = kept
    this.#isFirst = false
    return ended
  }

  #registers(): number[] {
    return Array.from({ length: this.#registerLeaves }, (_, i) => i)
  }
}
