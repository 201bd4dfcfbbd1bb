/** Where frames stand: only those that can be seen, frames narrower than half a pixel as one box. */
import { isWithin, pathOf } from './frames.js'

/** @typedef {import('./frames.js').Frame} Frame */
/** @typedef {import('./frames.js').FrameTree} FrameTree */

/**
 * @typedef {object} Box
 * @property {number} x
 * @property {number} width
 * @property {Frame} frame the first of `merged` frames where these are several
 * @property {Frame[]} merged empty where the box is one frame
 */

const NARROWEST = 0.5

/** @param {FrameTree} tree @param {Box} box @param {number} scale pixels for each of the unit @returns {Box[]} */
function boxesBelow(tree, box, scale) {
  /** @type {Box[]} */
  const boxes = []
  /** @type {Frame[]} */
  let narrow = []
  let [x, from] = [box.x, box.x]
  const merge = () => {
    if (x - from >= NARROWEST) boxes.push({ x: from, width: x - from, frame: narrow[0], merged: narrow })
    narrow = []
  }
  for (const frame of tree.childrenOf(box.frame)) {
    const width = frame.total * scale
    if (width < NARROWEST) {
      if (narrow.length === 0) from = x
      narrow.push(frame)
    } else {
      if (narrow.length > 0) merge()
      boxes.push({ x, width, frame, merged: [] })
    }
    x += width
  }
  if (narrow.length > 0) merge()
  return boxes
}

/**
 * Rows of boxes from the root on; `zoom` and the frames above it are as wide as the picture.
 * @param {FrameTree} tree
 * @param {Frame} zoom
 * @param {number} width
 */
export function layOut(tree, zoom, width) {
  const rows = pathOf(zoom).map(frame => [/** @type {Box} */ ({ x: 0, width, frame, merged: [] })])
  if (zoom.total === 0) return rows
  const scale = width / zoom.total
  for (let row = rows[zoom.row]; row.length > 0;) {
    row = row.flatMap(box => (box.merged.length > 0 ? [] : boxesBelow(tree, box, scale)))
    if (row.length > 0) rows.push(row)
  }
  return rows
}

/**
 * Where a frame stands, however narrow it is.
 * @param {FrameTree} tree
 * @param {Frame} zoom
 * @param {number} width
 * @param {Frame} frame
 */
export function placeOf(tree, zoom, width, frame) {
  if (isWithin(zoom, frame)) return { x: 0, width }
  let before = 0
  for (const each of pathOf(frame).slice(zoom.row + 1)) {
    for (const sibling of tree.childrenOf(/** @type {Frame} */ (each.parent))) {
      if (sibling === each) break
      before += sibling.total
    }
  }
  const scale = width / zoom.total
  return { x: before * scale, width: frame.total * scale }
}

/** The box of a row at a place. @param {Box[]} row @param {number} x */
export function boxAt(row, x) {
  let [low, high] = [0, row.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (row[middle].x <= x) low = middle
    else high = middle - 1
  }
  const box = row[low]
  return box !== undefined && x >= box.x && x < box.x + box.width ? box : undefined
}
