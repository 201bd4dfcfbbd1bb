/** The memory tables: leaves and inner nodes of the memory tree that a segment touches, and their rows. */
import { SPACE_ROOTS } from '../layout/meter.ts'
import { FIELD, type MeterArea } from './meter-area.ts'

/** Stamp of what the initial image holds; segments have the stamps from 2 on. */
export const IMAGE_STAMP = 1

/** Calls `visit` with the stamp index and height of a leaf and all nodes above it, until it answers true. */
function climb(area: MeterArea, id: number, visit: (index: number, height: number) => boolean): void {
  const { spaceBits, leafMask, treeHeight } = area.layout
  const space = id >>> spaceBits
  const leaf = id & leafMask
  const base = area.words[FIELD.space_offset + space]!
  const bits = area.words[FIELD.space_bits + space]!
  for (let height = 0; height <= spaceBits; height++) {
    // Above an address space's own subtree there is one node at each height.
    if (visit(base + (height <= bits ? 2 ** (bits - height) + (leaf >>> height) : 2 ** (bits + 1) + height), height))
      return
  }
  for (let height = spaceBits + 1, node = SPACE_ROOTS + (space >>> 1); height <= treeHeight; height++, node >>>= 1) {
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
      if (at >= area.layout.undo.count) throw new Error('the undo list of the memory tables is full')
      undo[2 * at] = index
      undo[2 * at + 1] = old
    }
    stamps[index] = stamp
    if (height === 0) heights[boundary]! += area.leafRows
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
export function greatestRows(
  { layout: { treeHeight }, leafRows }: MeterArea,
  leaves: number,
  inRanges: number,
): { boundary: number; merkle: number; hash: number } {
  let nodes = inRanges + Math.floor(inRanges / 8)
  for (let height = 1; height <= treeHeight; height++) nodes += Math.min(leaves, 2 ** (treeHeight - height))
  const all = leaves + inRanges
  return { boundary: leafRows * all, merkle: 2 * nodes, hash: 2 * (all + nodes) + treeHeight + 1 }
}
