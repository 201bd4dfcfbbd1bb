/** The table of functions. */
import { button, counted, element } from './dom.js'
import { functionRows } from './measure.js'
import { shareColumn, Table } from './table.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./measure.js').FunctionRow} FunctionRow */
/** @typedef {import('./view.js').View} View */

/** @param {Profile} profile @param {(focus: number) => void} look */
const nameColumn = (profile, look) => ({
  title: 'function',
  isText: true,
  value: (/** @type {FunctionRow} */ row) => profile.functions.name[row.function],
  cell: (/** @type {FunctionRow} */ row) => {
    const way = button(profile.functions.name[row.function], () => look(row.function), { className: 'link' })
    way.title = 'Show in the flame graph'
    const inlined = row.inlined === row.nodes ? 'inlined' : `inlined in ${row.inlined} of ${row.nodes}`
    if (row.inlined === 0) return way
    return element('span', {}, way, ' ', element('span', { className: 'badge', textContent: inlined }))
  },
})

/** @param {Profile} profile @param {string} unit @param {number} whole @param {(focus: number) => void} look */
const columns = (profile, unit, whole, look) => [
  nameColumn(profile, look),
  { title: `${unit}, self`, value: (/** @type {FunctionRow} */ row) => row.self },
  shareColumn('self', (/** @type {FunctionRow} */ row) => row.self, whole),
  { title: `${unit}, total`, value: (/** @type {FunctionRow} */ row) => row.total },
  shareColumn('total', (/** @type {FunctionRow} */ row) => row.total, whole),
  ...(profile.memory === undefined
    ? []
    : [{ title: '[memory] cells', value: (/** @type {FunctionRow} */ row) => row.memory }]),
  ...(profile.hasCalls ? [{ title: 'calls', value: (/** @type {FunctionRow} */ row) => row.calls }] : []),
]

/** @param {HTMLElement} place @param {Profile} profile @param {(focus: number) => void} look */
export function functionsTable(place, profile, look) {
  const remark = element('p', { className: 'remark' })
  place.append(remark)
  const table = new Table(place, { label: 'Functions', columns: columns(profile, 'cells', 1, look), sort: 1 })
  return (/** @type {View} */ { measure, unit, finds }) => {
    const all = functionRows(profile, measure).filter(row => row.total > 0)
    const rows = finds ? all.filter(row => finds(profile.functions.name[row.function])) : all
    const sum = rows.reduce((cost, row) => cost + row.self, 0)
    const part = finds
      ? `, ${counted(rows.length, 'is', 'are')} shown; their own ${unit} are ${counted(sum, unit, unit)}`
      : ''
    remark.textContent = `${counted(all.length, 'function')}${part}.`
    table.show(rows, columns(profile, unit, measure.total[0], look))
  }
}
