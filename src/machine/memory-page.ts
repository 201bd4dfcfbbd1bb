/** Half a page of guest memory as a word of 32 bits, a bit for each leaf, and the tree nodes above them. */

/** The bit of a leaf in its half of the page. */
export const halfMask = (leaf: number): number => (1 << (leaf & 31)) >>> 0

/** Bits that are 1. */
export function ones(word: number): number {
  let count = word - ((word >>> 1) & 0x5555_5555)
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333)
  return Math.imul((count + (count >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/**
 * The inner nodes above the leaves of a half, heights 1 to 5, a bit for each in the order in which one meets them from
 * left to right: node k of height h has bit 2^h · k + 2^(h-1) - 1. Only the last of 32 bits is none.
 */
export function innerNodes(leaves: number): number {
  const height1 = (leaves | (leaves >>> 1)) & 0x5555_5555
  const height2 = (height1 | (height1 >>> 2)) & 0x1111_1111
  const height3 = (height2 | (height2 >>> 4)) & 0x0101_0101
  const height4 = (height3 | (height3 >>> 8)) & 0x0001_0001
  const height5 = (height4 | (height4 >>> 16)) & 1
  return height1 | (height2 << 1) | (height3 << 3) | (height4 << 7) | (height5 << 15)
}

const OF_HEIGHT = [0x5555_5555, 0x2222_2222, 0x0808_0808, 0x0080_0080, 0x0000_8000]

/** Greatest height of these inner nodes; 0 where there is none. */
export function highestNode(nodes: number): number {
  for (let height = 5; height > 0; height--) if ((nodes & OF_HEIGHT[height - 1]!) !== 0) return height
  return 0
}

/** The mask of leaves that are marked among the 32 from `first` on. */
export function markedLeaves(marks: Uint8Array, first: number): number {
  let mask = 0
  for (let bit = 0; bit < 32; bit++) if (marks[first + bit] !== 0) mask |= 1 << bit
  return mask >>> 0
}

/** The leaves of a mask, ascending, as numbers from `first` on. */
export function* leavesOf(mask: number, first: number): Generator<number> {
  for (let rest = mask; rest !== 0;) {
    const bit = 31 - Math.clz32(rest & -rest)
    yield first + bit
    rest &= rest - 1
  }
}
