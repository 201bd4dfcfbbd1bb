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
  const body = listing(
    text,
    rows.filter(({ line }) => line > 0),
  ).map(listed => {
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

/** @param {HTMLElement} place @param {Profile} profile */
export function sourceView(place, profile) {
  const sources = new Map(profile.sources)
  const [list, content, title] = [element('div'), element('div'), element('h2')]
  list.className = 'files'
  content.className = 'lines'
  const text = element('div')
  content.append(title, text)
  place.append(list, content)
  /** @type {number | undefined} */
  let chosen
  /** @type {View} */
  let current
  const choose = (/** @type {number | undefined} */ file) => {
    chosen = file
    show(current)
  }
  const fileColumns = (/** @type {View} */ { unit, measure }) => [
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
  const whole = button('Dearest lines of all files', () => choose(undefined))
  list.append(element('p', { className: 'remark' }, whole))
  /** @type {Table<FileRow> | undefined} */
  let files
  /** @type {Table<LineRow> | undefined} */
  let lines
  /** @param {LineRow[]} rows */
  const showLines = rows => {
    lines = new Table(text, { label: 'Lines', columns: lineColumns(profile, current, chosen === undefined), sort: 4 })
    lines.show(rows)
  }
  const show = (/** @type {View} */ view) => {
    current = view
    const all = lineRows(profile, view)
    const { finds } = view
    const isFound = (/** @type {LineRow} */ row) =>
      !finds || finds(fileName(profile, row.file)) || row.functions.some(of => finds(profile.functions.name[of]))
    const found = all.filter(isFound)
    const rowClass = (/** @type {FileRow} */ { file }) => (file === chosen ? 'chosen' : '')
    files ??= new Table(list, { label: 'Files', columns: fileColumns(view), sort: 2, rowClass })
    files.show(fileRows(found), fileColumns(view))
    const source = chosen === undefined ? undefined : sources.get(chosen)
    const rows = found.filter(({ file }) => chosen === undefined || file === chosen)
    title.textContent = chosen === undefined ? 'All files' : fileName(profile, chosen)
    text.replaceChildren(element('p', { className: 'remark', textContent: `${counted(rows.length, 'line')}.` }))
    if (source === undefined) showLines(rows)
    else text.append(sourceText(source, rows, view))
  }
  return show
}
