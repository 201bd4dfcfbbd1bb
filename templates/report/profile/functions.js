/** The table of functions. */
import { button, counted, element, grouped, percent } from './dom.js'
import { ALL_STEPS, functionRows } from './measure.js'
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

/** @param {Profile} profile @param {View} view @param {(focus: number) => void} look */
function functionColumns(profile, { unit, step, measure }, look) {
  const whole = measure.total[0]
  const when = step === ALL_STEPS ? '' : ', all steps'
  const memory = { title: `[memory] cells${when}`, value: (/** @type {FunctionRow} */ row) => row.memory }
  const calls = { title: `calls${when}`, value: (/** @type {FunctionRow} */ row) => row.calls }
  return [
    nameColumn(profile, look),
    { title: `${unit}, self`, value: (/** @type {FunctionRow} */ row) => row.self },
    shareColumn('self', (/** @type {FunctionRow} */ row) => row.self, whole),
    { title: `${unit}, total`, value: (/** @type {FunctionRow} */ row) => row.total },
    shareColumn('total', (/** @type {FunctionRow} */ row) => row.total, whole),
    ...(profile.memory === undefined ? [] : [memory]),
    ...(profile.hasCalls ? [calls] : []),
  ]
}

/** @param {FunctionRow[]} all @param {FunctionRow[]} rows those that are shown @param {View} view */
function remarkText(all, rows, { unit, measure }) {
  if (rows.length === all.length) return `${counted(all.length, 'function')}.`
  const own = rows.reduce((sum, row) => sum + row.self, 0)
  const share = percent(own, measure.total[0])
  return `${grouped(rows.length)} of ${counted(all.length, 'function')}; themselves they are ${share} of ${unit}.`
}

/** @param {HTMLElement} place @param {Profile} profile @param {(focus: number) => void} look */
export function functionsTable(place, profile, look) {
  const remark = element('p', { className: 'remark' })
  place.append(remark)
  const table = new Table(place, { label: 'Functions', sort: 1 })
  return (/** @type {View} */ view) => {
    const { measure, finds } = view
    const all = functionRows(profile, measure).filter(row => row.total > 0)
    const rows = finds ? all.filter(row => finds(profile.functions.name[row.function])) : all
    remark.textContent = remarkText(all, rows, view)
    table.show(rows, functionColumns(profile, view, look))
  }
}
