/** A slow, plain witness of the memory tables: row counts by set arithmetic over 16-byte leaves and their ancestors. */

/** Height of the tree; the only node at this height is the root. */
export const treeHeight = 28
/** Bytes of one leaf. */
export const leafBytes = 16
export const addressSpaces = { registers: 1, memory: 2, publicValues: 3 } as const

/** Rows of the three tables that memory fills. */
export interface MemoryRows {
  boundary: number
  merkle: number
  hash: number
}

/** Leaf id of a byte address inside an address space. */
export function leafIdOf(addressSpace: number, byteAddress: number): number {
  return (addressSpace - 1) * 2 ** 25 + Math.floor(byteAddress / leafBytes)
}

/** One number for a (height, index) pair: every index is below 2^28. A leaf is a pair of height 0. */
function nodeKey(height: number, leafId: number): number {
  return height * 2 ** 28 + Math.floor(leafId / 2 ** height)
}

/** Keys of all given leaves (height 0) and of all their ancestors (heights 1 to 28), each once. */
function withAncestors(leaves: Iterable<number>): Set<number> {
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
): MemoryRows {
  const first = withAncestors(onEmpty)
  const keys = new Set([...first, ...withAncestors(touched)])
  const nonZero = withAncestors(earlier)
  for (const key of first) nonZero.delete(key)
  let leaves = 0
  let nodes = 0
  let initialHashes = 0
  let greatestZeroHeight = -1
  for (const key of keys) {
    const height = Math.floor(key / 2 ** 28)
    if (height === 0) leaves++
    else nodes++
    if (nonZero.has(key)) initialHashes++
    else greatestZeroHeight = Math.max(greatestZeroHeight, height)
  }
  // One default row per height from 0 to the greatest all-zero one; none if nothing was all-zero.
  const defaultRows = greatestZeroHeight + 1
  return { boundary: leaves, merkle: 2 * nodes, hash: leaves + nodes + initialHashes + defaultRows }
}

/** The memory tables of the segment in progress. */
export class PlainMemoryTables {
  /** Leaves that are not all-zero at the segment's start. */
  #earlier: Set<number>
  /** Every touch of the segment in order, repetitions included. */
  #touches: number[] = []
  readonly #registerLeaves: number

  /** The first segment charges its registers before the image is marked. */
  #isFirst = true

  /**
   * `registerLeaves` leaves of address space 1 count as touched at every segment's start: 16 for RV64, 8 for RV32, 0
   * for none.
   */
  constructor(imageLeaves: Iterable<number>, registerLeaves = 0) {
    this.#earlier = new Set(imageLeaves)
    this.#registerLeaves = registerLeaves
  }

  touch(leafId: number): void {
    if (!Number.isInteger(leafId) || leafId < 0 || leafId >= 2 ** treeHeight) throw new Error(`no such leaf: ${leafId}`)
    this.#touches.push(leafId)
  }

  /** Row counts of the segment in progress, computed anew. */
  rows(): MemoryRows {
    const registers = this.#registers()
    return this.#isFirst
      ? memoryRows(this.#earlier, this.#touches, registers)
      : memoryRows(this.#earlier, [...registers, ...this.#touches])
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
