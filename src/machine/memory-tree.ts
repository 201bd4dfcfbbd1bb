/** The memory tables: leaves and inner nodes of the memory tree that a segment touches, and their rows. */
import { LEAF_MASK, meterLayout, SPACE_BITS, SPACE_ROOTS, TREE_HEIGHT } from '../layout/meter.ts'
import { FIELD, type MeterArea } from './meter-area.ts'

/** Stamp of what the initial image holds; segments have the stamps from 2 on. */
export const IMAGE_STAMP = 1

/** Identifies a leaf in all address spaces: address space index · 2^25 + leaf. */
export const leafId = (space: number, leaf: number): number => (space << SPACE_BITS) | leaf

/** Calls `visit` with the stamp index and height of a leaf and all nodes above it, until it answers true. */
function climb(area: MeterArea, id: number, visit: (index: number, height: number) => boolean): void {
  const space = id >>> SPACE_BITS
  const leaf = id & LEAF_MASK
  const base = area.words[FIELD.space_offset + space]!
  const bits = area.words[FIELD.space_bits + space]!
  for (let height = 0; height <= SPACE_BITS; height++) {
    // Above an address space's own subtree there is one node at each height.
    if (visit(base + (height <= bits ? 2 ** (bits - height) + (leaf >>> height) : 2 ** (bits + 1) + height), height))
      return
  }
  for (let height = SPACE_BITS + 1, node = SPACE_ROOTS + (space >>> 1); height <= TREE_HEIGHT; height++, node >>>= 1) {
    if (visit(node, height)) return
  }
}

/**
 * Marks a leaf as touched before the program began, but for nodes that the first segment's registers have touched
 * already.
 */
export function stampImageLeaf(area: MeterArea, id: number): void {
  climb(area, id, index => {
    if (area.stamps[index] !== 0) return true
    area.stamps[index] = IMAGE_STAMP
    return false
  })
}

/**
 * Accounts for a leaf and the nodes above it, up to the first that this segment has touched already. A node that was
 * all-zero costs its final hash; others cost their initial hash too; the zero subtrees of a segment share one row for
 * each height.
 */
export function touchLeaf(area: MeterArea, id: number): void {
  const { words, stamps, heights, undo } = area
  const stamp = words[FIELD.stamp]!
  const recording = words[FIELD.recording] === 1
  const boundary = words[FIELD.boundary]!
  const merkle = words[FIELD.merkle]!
  const hash = words[FIELD.hash]!
  climb(area, id, (index, height) => {
    const old = stamps[index]!
    if (old === stamp) return true
    if (recording) {
      const at = words[FIELD.undo_length]!++
      if (at >= meterLayout.undo.count) throw new Error('the undo list of the memory tables is full')
      undo[2 * at] = index
      undo[2 * at + 1] = old
    }
    stamps[index] = stamp
    if (height === 0) heights[boundary]! += 1
    else heights[merkle]! += 2
    heights[hash]! += old === 0 ? 1 : 2
    if (old === 0 && words[FIELD.zero_height]! < height + 1) {
      heights[hash]! += height + 1 - words[FIELD.zero_height]!
      words[FIELD.zero_height] = height + 1
    }
    return false
  })
}

/** Restores the stamps that were written since recording began. */
export function undoTouches(area: MeterArea): void {
  const { undo, stamps } = area
  for (let at = area.get('undo_length') - 1; at >= 0; at--) stamps[undo[2 * at]!] = undo[2 * at + 1]!
  area.set('undo_length', 0)
}

/**
 * The memory tables of `leaves` new leaves at most, wherever they lie: rows of the boundary, tree and hash chips.
 * `inRanges`: so many more that lie side by side, as large operands do, and have little more than one node each; a
 * guess.
 */
export function greatestRows(leaves: number, inRanges: number): { boundary: number; merkle: number; hash: number } {
  let nodes = inRanges + Math.floor(inRanges / 8)
  for (let height = 1; height <= TREE_HEIGHT; height++) nodes += Math.min(leaves, 2 ** (TREE_HEIGHT - height))
  const all = leaves + inRanges
  return { boundary: all, merkle: 2 * nodes, hash: 2 * (all + nodes) + TREE_HEIGHT + 1 }
}
