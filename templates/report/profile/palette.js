/** Colours of frames: functions of one crate or namespace have one hue. */
import { groupOf } from './names.js'

/** Apart as far as they can be, however many there are. */
const GOLDEN_ANGLE = 137.508
const FIRST_HUE = 250

/** @typedef {{ fill: string, inlined: string }} Colours */

/** From -1 to 1, as the name has it. @param {string} name */
function variation(name) {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0
  return ((hash >>> 8) % 1001) / 500 - 1
}

/** @typedef {ReturnType<typeof paletteOf>} Palette */

/** @param {boolean} isDark */
function tones(isDark) {
  return isDark
    ? { light: 0.43, chroma: 0.085, inlined: 0.35, text: '#f1f3f6', faint: '#c3c8d0', grey: '#4a4f57', page: '#14171c' }
    : { light: 0.83, chroma: 0.085, inlined: 0.92, text: '#15181d', faint: '#4a5058', grey: '#c9ced6', page: '#ffffff' }
}

/**
 * @param {readonly string[]} names of functions
 * @param {readonly number[]} dearestFirst functions: the dearest groups get the hues that differ most
 * @param {boolean} isDark
 */
export function paletteOf(names, dearestFirst, isDark) {
  const { light, chroma, inlined, text, faint, grey, page } = tones(isDark)
  /** @type {Map<string, number>} */
  const hues = new Map()
  /** @type {Map<string, Colours>} */
  const colours = new Map()
  for (const of of dearestFirst) {
    const name = names[of]
    const group = groupOf(name)
    const hue = hues.get(group) ?? (FIRST_HUE + GOLDEN_ANGLE * hues.size) % 360
    hues.set(group, hue)
    // Within a group the functions differ by a shade.
    const by = variation(name)
    const tint = (hue + 10 * by).toFixed(1)
    colours.set(name, {
      fill: `oklch(${(light + 0.035 * by).toFixed(3)} ${chroma} ${tint})`,
      inlined: `oklch(${(inlined + 0.02 * by).toFixed(3)} ${chroma / 2} ${tint})`,
    })
  }
  const none = { fill: grey, inlined: grey }
  const found = isDark
    ? { fill: 'oklch(0.6 0.2 340)', inlined: 'oklch(0.5 0.17 340)' }
    : { fill: 'oklch(0.72 0.2 345)', inlined: 'oklch(0.8 0.14 345)' }
  return {
    text,
    faint,
    grey,
    page,
    found,
    accent: isDark ? '#ffffff' : '#000000',
    /** Names in brackets are none of the guest's. @param {string} name */
    of: name => (name.startsWith('[') ? none : (colours.get(name) ?? none)),
  }
}
