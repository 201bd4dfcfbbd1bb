/** The view of source files: which cost most, and their lines. */
import { button, counted, element, grouped, pathText, percent } from './dom.js'
import { fileRows, lineRows, listing } from './lines.js'
import { shareColumn, Table } from './table.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./view.js').View} View */
/** @typedef {import('./lines.js').LineRow} LineRow */
/** @typedef {import('./lines.js').FileRow} FileRow */

const NOWHERE = 'without a line'

/** @param {Profile} profile @param {number} file */
const fileName = ({ files }, file) => (file < 0 ? NOWHERE : files[file])

/** @param {Profile} profile @param {LineRow} row */
const functionsText = ({ functions }, row) => {
  const [first, ...others] = row.functions
  return others.length === 0 ? functions.name[first] : `${functions.name[first]} and ${others.length} more`
}

/** @param {Profile} profile @param {View} view @param {boolean} hasFile */
function lineColumns(profile, { unit, measure }, hasFile) {
  const place = (/** @type {LineRow} */ { file, line }) =>
    hasFile ? `${fileName(profile, file)}${line > 0 ? `:${line}` : ''}` : String(line)
  return [
    {
      title: hasFile ? 'line of file' : 'line',
      isText: true,
      value: (/** @type {LineRow} */ row) => (hasFile ? place(row) : row.line),
      cell: (/** @type {LineRow} */ row) => pathText(place(row)),
    },
    { title: 'function', isText: true, value: (/** @type {LineRow} */ row) => functionsText(profile, row) },
    { title: 'instructions', value: (/** @type {LineRow} */ row) => row.instructions },
    { title: 'cells', value: (/** @type {LineRow} */ row) => row.cells },
    shareColumn(`of ${unit}`, (/** @type {LineRow} */ row) => row[unit], measure.total[0]),
  ]
}

/** @param {string} text @param {LineRow[]} rows of the file @param {View} view */
function sourceText(text, rows, { unit, measure }) {
  const most = rows.reduce((cost, row) => Math.max(cost, row[unit]), 0)
  const known = rows.filter(({ line }) => line > 0)
  const body = listing(text, known).map(listed => {
    if (listed === undefined)
      return element('tr', { className: 'gap' }, element('td', { colSpan: 4, textContent: '⋯' }))
    const { line, text: content, spent } = listed
    const cost = spent ? spent[unit] : 0
    const bar = element('td', { className: 'share', textContent: spent ? grouped(cost) : '' })
    bar.style.setProperty('--share', `${(most === 0 ? 0 : (100 * cost) / most).toFixed(2)}%`)
    return element(
      'tr',
      {},
      bar,
      element('td', { textContent: spent ? percent(cost, measure.total[0]) : '' }),
      element('td', { className: 'line', textContent: String(line) }),
      element('td', { className: 'text code', textContent: content }),
    )
  })
  const table = element('table', { className: 'source' }, element('tbody', {}, ...body))
  table.setAttribute('aria-label', 'Source text')
  return table
}

/** @param {Profile} profile @param {View} view @param {(file: number) => void} choose */
const fileColumns = (profile, { unit, measure }, choose) => [
  {
    title: 'file',
    isText: true,
    value: (/** @type {FileRow} */ row) => fileName(profile, row.file),
    cell: (/** @type {FileRow} */ row) => {
      const way = button('', () => choose(row.file), { className: 'link' })
      way.append(pathText(fileName(profile, row.file)))
      return way
    },
  },
  { title: 'lines', value: (/** @type {FileRow} */ row) => row.lines },
  shareColumn(`of ${unit}`, (/** @type {FileRow} */ row) => row[unit], measure.total[0]),
]

/** @param {Profile} profile @param {View} view */
function foundLines(profile, view) {
  const { finds } = view
  const rows = lineRows(profile, view)
  if (finds === undefined) return rows
  const { name } = profile.functions
  return rows.filter(row => finds(fileName(profile, row.file)) || row.functions.some(of => finds(name[of])))
}

/** @param {HTMLElement} place @param {Profile} profile */
export function sourceView(place, profile) {
  const sources = new Map(profile.sources)
  const list = element('div', { className: 'files' })
  const [title, remark] = [element('h2'), element('p', { className: 'remark' })]
  const [ofLines, ofText] = [element('div'), element('div')]
  place.append(list, element('div', { className: 'lines' }, title, remark, ofLines, ofText))
  const whole = button('Dearest lines of all files', () => choose(undefined))
  list.append(element('p', { className: 'remark' }, whole))
  /** @type {number | undefined} */
  let chosen
  /** @type {View} */
  let view
  const rowClass = (/** @type {FileRow} */ { file }) => (file === chosen ? 'chosen' : '')
  const files = new Table(list, { label: 'Files', sort: 2, rowClass })
  const lines = new Table(ofLines, { label: 'Lines', sort: 4 })

  /** @param {number | undefined} file */
  function choose(file) {
    chosen = file
    show()
  }

  function show() {
    const found = foundLines(profile, view)
    files.show(fileRows(found), fileColumns(profile, view, choose))
    const rows = found.filter(({ file }) => chosen === undefined || file === chosen)
    title.textContent = chosen === undefined ? 'All files' : fileName(profile, chosen)
    remark.textContent = `${counted(rows.length, 'line')}.`
    const text = chosen === undefined ? undefined : sources.get(chosen)
    ofLines.hidden = text !== undefined
    ofText.replaceChildren(...(text === undefined ? [] : [sourceText(text, rows, view)]))
    if (text === undefined) lines.show(rows, lineColumns(profile, view, chosen === undefined))
  }

  return (/** @type {View} */ next) => {
    view = next
    show()
  }
}
