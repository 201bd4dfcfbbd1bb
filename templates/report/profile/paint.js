/** Draws the boxes of a flame graph that are in view. */
import { fitted } from './names.js'

/** @typedef {import('./layout.js').Box} Box */
/** @typedef {import('./frames.js').Frame} Frame */
/** @typedef {import('./palette.js').Palette} Palette */
/** @typedef {import('./search.js').Found} Found */

export const ROW_HEIGHT = 20
const FONT = '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'
const PADDING = 5

/**
 * @typedef {object} Picture
 * @property {Box[][]} rows
 * @property {string[]} names
 * @property {Palette} palette
 * @property {Found | undefined} found
 * @property {boolean} isInverted
 * @property {number} zoomRow frames above it are not drawn to scale
 * @property {{ top: number, width: number, height: number }} view
 * @property {{ x: number, width: number, row: number }} selected
 */

/** @param {Picture} picture @param {Box} box */
function isFound({ found, isInverted }, { frame, merged }) {
  if (found === undefined) return false
  if (merged.length === 0) return found.isIn(frame)
  return merged.some(each => found.isIn(each) || found.isBeyond(each, isInverted))
}

/** @param {Picture} picture @param {Box} box @param {boolean} isHit found by a search @returns {string} */
function fillOf({ palette, names }, { frame, merged }, isHit) {
  if (merged.length > 0) return isHit ? palette.found.fill : palette.grey
  const { fill, inlined } = isHit ? palette.found : palette.of(names[frame.function])
  return frame.isInlined ? inlined : fill
}

/**
 * What an inlined frame has on its left, so that it is told from others without colours.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 */
function markInlined(context, x, y) {
  context.fillRect(x, y + 3, 2, 3)
  context.fillRect(x, y + 8, 2, 3)
  context.fillRect(x, y + 13, 2, 3)
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {{ box: Box, y: number, characters: number }} place
 */
function paintBox(context, picture, { box, y, characters }) {
  const { palette, names, found, zoomRow } = picture
  const { x, width, frame, merged } = box
  const gap = width > 4 ? 1 : 0
  const isHit = isFound(picture, box)
  const isFaint = frame.row < zoomRow || (found !== undefined && !isHit)
  context.globalAlpha = isFaint ? 0.45 : 1
  context.fillStyle = fillOf(picture, box, isHit)
  context.fillRect(x, y, width - gap, ROW_HEIGHT - 1)
  context.globalAlpha = isFaint ? 0.6 : 1
  context.fillStyle = isFaint ? palette.faint : palette.text
  if (frame.isInlined && merged.length === 0 && width > 10) markInlined(context, x + 1, y)
  context.globalAlpha = 1
  const room = width - 2 * PADDING - gap
  const text = merged.length > 0 ? `${merged.length} more` : names[frame.function]
  const label = fitted(text, Math.floor(room / characters))
  if (label !== '') context.fillText(label, x + PADDING + (frame.isInlined ? 1 : 0), y + ROW_HEIGHT / 2, room)
}

/** @param {CanvasRenderingContext2D} context @param {Picture} picture @returns {number} how many boxes are in view */
export function paint(context, picture) {
  const { rows, palette, view, selected } = picture
  context.fillStyle = palette.page
  context.fillRect(0, 0, view.width, view.height)
  context.font = FONT
  context.textBaseline = 'middle'
  const characters = context.measureText('0').width
  const first = Math.max(0, Math.floor(view.top / ROW_HEIGHT))
  let drawn = 0
  for (let row = first; row < rows.length && row * ROW_HEIGHT < view.top + view.height; row++) {
    const y = row * ROW_HEIGHT - view.top
    for (const box of rows[row]) paintBox(context, picture, { box, y, characters })
    drawn += rows[row].length
  }
  const left = Math.min(selected.x, view.width - 3)
  context.strokeStyle = palette.accent
  context.lineWidth = 2
  context.strokeRect(
    left + 1,
    selected.row * ROW_HEIGHT - view.top + 1,
    Math.max(selected.width - 3, 1),
    ROW_HEIGHT - 3,
  )
  return drawn
}
