/** What source lines cost, by file; of one file all lines that were executed, with their text where it is known. */

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./view.js').View} View */

/**
 * @typedef {object} LineRow
 * @property {number} file -1 where nothing says
 * @property {number} line
 * @property {number} cells
 * @property {number} instructions
 * @property {number[]} functions those that the line is executed for
 */

/** @param {Profile} profile @param {View} view @returns {LineRow[]} by file and line */
export function lineRows({ lines, steps }, { step }) {
  /** @type {LineRow[]} */
  const rows = []
  for (let index = 0; index < lines.count; index++) {
    if (steps.length > 1 && step >= 0 && lines.step[index] !== step) continue
    const [file, line, of] = [lines.file[index], lines.line[index], lines.function[index]]
    let row = rows.at(-1)
    if (row?.file !== file || row.line !== line)
      rows.push((row = { file, line, cells: 0, instructions: 0, functions: [] }))
    row.cells += lines.cells[index]
    row.instructions += lines.instructions[index]
    if (row.functions.at(-1) !== of) row.functions.push(of)
  }
  return rows
}

/** @typedef {{ file: number, cells: number, instructions: number, lines: number }} FileRow */

/** @param {LineRow[]} lines @returns {FileRow[]} */
export function fileRows(lines) {
  /** @type {FileRow[]} */
  const files = []
  for (const { file, cells, instructions } of lines) {
    let row = files.at(-1)
    if (row?.file !== file) files.push((row = { file, cells: 0, instructions: 0, lines: 0 }))
    row.cells += cells
    row.instructions += instructions
    row.lines++
  }
  return files
}

/** @typedef {{ line: number, text: string, spent: LineRow | undefined }} Listed */

const AROUND = 4

/**
 * The lines of a file that cost something with some around them; `undefined` where others are left out.
 * @param {string} text @param {LineRow[]} spent of this file, ascending
 */
export function listing(text, spent) {
  const texts = text.split(/\r?\n/)
  const bySpent = new Map(spent.map(row => [row.line, row]))
  /** @type {(Listed | undefined)[]} */
  const listed = []
  let last = 0
  for (const { line } of spent) {
    const from = Math.max(last + 1, line - AROUND)
    const to = Math.min(texts.length, line + AROUND)
    if (from > last + 1 && from <= to) listed.push(undefined)
    for (let at = from; at <= to; at++) listed.push({ line: at, text: texts[at - 1], spent: bySpent.get(at) })
    last = Math.max(last, to)
  }
  if (last > 0 && last < texts.length) listed.push(undefined)
  return listed
}
