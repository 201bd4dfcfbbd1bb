/** The memory tables: leaves and inner nodes of the memory tree that a segment touches, and their rows. */
import { leafId, MEMORY, PAGE_SHIFT, SPACE_ROOTS } from '../layout/meter.ts'
import { halfMask, highestNode, innerNodes, ones } from './memory-page.ts'
import { FIELD, type MeterArea } from './meter-area.ts'

/** Stamp of what the initial image holds; segments have the stamps from 2 on. */
export const IMAGE_STAMP = 1

/**
 * Calls `visit` with the stamp index and height of the node of height `from` above a leaf, and of all nodes above that
 * one, until it answers true.
 */
function climb(area: MeterArea, id: number, from: number, visit: (index: number, height: number) => boolean): void {
  const { spaceBits, leafMask, treeHeight } = area.layout
  const space = id >>> spaceBits
  const leaf = id & leafMask
  const base = area.words[FIELD.space_offset + space]!
  const bits = area.words[FIELD.space_bits + space]!
  for (let height = from; height <= spaceBits; height++) {
    // Above an address space's own subtree there is one node at each height.
    if (visit(base + (height <= bits ? 2 ** (bits - height) + (leaf >>> height) : 2 ** (bits + 1) + height), height))
      return
  }
  for (let height = spaceBits + 1, node = SPACE_ROOTS + (space >>> 1); height <= treeHeight; height++, node >>>= 1) {
    if (visit(node, height)) return
  }
}

/** Is it a leaf of guest memory, which has its bit in a page and no stamp? */
export const isOfPage = ({ layout }: MeterArea, id: number): boolean => id >>> layout.spaceBits === MEMORY

/** Index in `stamps` of a page of guest memory. */
const pageStamp = ({ words, layout }: MeterArea, page: number): number =>
  words[FIELD.space_offset + MEMORY]! + 2 ** (layout.spaceBits - PAGE_SHIFT) + page

/**
 * Marks a leaf as touched before the program began, but for nodes that the first segment's registers have touched
 * already.
 */
export function stampImageLeaf(area: MeterArea, id: number): void {
  const inPages = isOfPage(area, id)
  if (inPages) {
    const leaf = id & area.layout.leafMask
    area.pages[4 * (leaf >>> PAGE_SHIFT) + 2 + ((leaf >>> 5) & 1)]! |= halfMask(leaf)
  }
  climb(area, id, inPages ? PAGE_SHIFT : 0, index => {
    if (area.stamps[index] !== 0) return true
    area.stamps[index] = IMAGE_STAMP
    return false
  })
}

/** Accounts for a leaf and the nodes above it, up to the first that this segment has touched already. */
export function touchLeaf(area: MeterArea, id: number): void {
  if (!isOfPage(area, id)) return touchNodes(area, id, 0)
  const leaf = id & area.layout.leafMask
  const mask = halfMask(leaf)
  touchPage(area, leaf >>> PAGE_SHIFT, (leaf & 32) === 0 ? [mask, 0] : [0, mask])
}

/**
 * Accounts for nodes from the height `from` on, up to the first that this segment has touched already. A node that was
 * all-zero costs its final hash; others cost their initial hash too; the zero subtrees of a segment share one row for
 * each height.
 */
function touchNodes(area: MeterArea, id: number, from: number): void {
  const { words, stamps, heights, undo } = area
  const stamp = words[FIELD.stamp]!
  const recording = words[FIELD.recording] === 1
  const boundary = words[FIELD.boundary]!
  const merkle = words[FIELD.merkle]!
  const hash = words[FIELD.hash]!
  climb(area, id, from, (index, height) => {
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
    if (old === 0) addZeroSubtrees(area, height)
    return false
  })
}

/** A node of this height was all-zero: so are the subtrees below it, down to those that the segment has already. */
function addZeroSubtrees({ words, heights }: MeterArea, height: number): void {
  if (words[FIELD.zero_height]! >= height + 1) return
  heights[words[FIELD.hash]!]! += height + 1 - words[FIELD.zero_height]!
  words[FIELD.zero_height] = height + 1
}

/** Accounts for leaves of a page of guest memory, which `masks` has the bits of, and the nodes above them. */
export function touchPage(area: MeterArea, page: number, masks: readonly [lower: number, upper: number]): void {
  const { words, pages, heights } = area
  const isOpen = area.stamps[pageStamp(area, page)] === words[FIELD.stamp]
  const at = 4 * page
  const before = [0, 1].map(half => (isOpen ? pages[at + half]! : 0))
  if ([0, 1].every(half => (masks[half]! & ~before[half]!) === 0)) return
  if (words[FIELD.recording] === 1) keepPage(area, page)
  let zeroHeight = -1
  for (const half of [0, 1]) {
    const now = before[half]! | masks[half]!
    const ever = pages[at + 2 + half]!
    const leaves = ones(now) - ones(before[half]!)
    const inner = ones(innerNodes(now)) - ones(innerNodes(before[half]!))
    const zeroLeaves = now & ~ever
    const zeroInner = innerNodes(now) & ~innerNodes(ever)
    heights[words[FIELD.boundary]!]! += area.leafRows * leaves
    heights[words[FIELD.merkle]!]! += 2 * inner
    heights[words[FIELD.hash]!]! += 2 * (leaves + inner) - ones(zeroLeaves) - ones(zeroInner)
    if (zeroLeaves !== 0) zeroHeight = Math.max(zeroHeight, highestNode(zeroInner))
    pages[at + half] = now
    pages[at + 2 + half] = ever | now
  }
  if (zeroHeight >= 0) addZeroSubtrees(area, zeroHeight)
  if (!isOpen) touchNodes(area, leafId(area.layout, MEMORY, page << PAGE_SHIFT), PAGE_SHIFT)
}

function keepPage({ layout, words, pages, undoPages }: MeterArea, page: number): void {
  const at = words[FIELD.undo_pages_length]!++
  if (at >= layout.undoPages.count) throw new Error('the list of pages to restore is full')
  undoPages[6 * at] = page
  undoPages.set(pages.subarray(4 * page, 4 * page + 4), 6 * at + 2)
}

/** Restores stamps and pages that were written since recording began. */
export function undoTouches(area: MeterArea): void {
  const { undo, undoPages, stamps, pages } = area
  for (let at = area.get('undo_length') - 1; at >= 0; at--) stamps[undo[2 * at]!] = undo[2 * at + 1]!
  for (let at = area.get('undo_pages_length') - 1; at >= 0; at--)
    pages.set(undoPages.subarray(6 * at + 2, 6 * at + 6), 4 * undoPages[6 * at]!)
  forgetUndo(area)
}

export function forgetUndo(area: MeterArea): void {
  area.set('undo_length', 0)
  area.set('undo_pages_length', 0)
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
