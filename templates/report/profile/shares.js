/** Tables of what the whole run was: by opcode, by chip, by step, by segment. */
import { button, element, percent, sizeText } from './dom.js'
import { ALL_STEPS } from './measure.js'
import { shareColumn, Table } from './table.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./profile.js').Share} Share */
/** @typedef {import('./profile.js').Segment} Segment */
/** @typedef {import('./view.js').View} View */

/**
 * @param {HTMLElement} place
 * @param {{ label: string, of: string, counts: string, shares: Share[], hasSteps: boolean }} what
 */
export function sharesTable(place, { label, of, counts, shares, hasSteps }) {
  const whole = shares.reduce((sum, [, , cells]) => sum + cells, 0)
  const all = shares.reduce((sum, [, count]) => sum + count, 0)
  if (hasSteps) place.append(element('p', { className: 'remark', textContent: 'Of the whole run, in all steps.' }))
  const table = new Table(place, { label, sort: 3 })
  const columns = [
    { title: of, isText: true, value: (/** @type {Share} */ [name]) => name },
    { title: counts, value: (/** @type {Share} */ [, count]) => count },
    shareColumn(`of ${counts}`, (/** @type {Share} */ [, count]) => count, all),
    { title: 'cells', value: (/** @type {Share} */ [, , cells]) => cells },
    shareColumn('of cells', (/** @type {Share} */ [, , cells]) => cells, whole),
    { title: 'cells each', value: (/** @type {Share} */ [, count, cells]) => (count === 0 ? 0 : cells / count) },
  ]
  return (/** @type {View} */ { finds }) => table.show(finds ? shares.filter(([name]) => finds(name)) : shares, columns)
}

/** @param {Profile['steps'][number]} step */
export const stepName = ({ marker, name }) => name ?? (marker === 0 ? 'before the first step' : `step ${marker}`)

/** @param {Profile} profile @param {(step: number) => void} choose */
function stepColumns({ steps, totals }, choose) {
  /** @typedef {{ step: number, instructions: number, cells: number }} Row */
  return [
    {
      title: 'step',
      isText: true,
      value: (/** @type {Row} */ { step }) => stepName(steps[step]),
      cell: (/** @type {Row} */ { step }) => button(stepName(steps[step]), () => choose(step), { className: 'link' }),
    },
    { title: 'marker', value: (/** @type {Row} */ { step }) => steps[step].marker },
    { title: 'instructions', value: (/** @type {Row} */ row) => row.instructions },
    shareColumn('of instructions', (/** @type {Row} */ row) => row.instructions, totals.instructions),
    { title: 'cells', value: (/** @type {Row} */ row) => row.cells },
    shareColumn('of cells', (/** @type {Row} */ row) => row.cells, totals.cells),
  ]
}

/** @param {HTMLElement} place @param {Profile} profile @param {(step: number) => void} choose */
export function stepsTable(place, profile, choose) {
  const { costs, steps } = profile
  const rows = steps.map((_, step) => ({ step, instructions: 0, cells: 0 }))
  for (let row = 0; row < costs.count; row++) {
    rows[costs.step[row]].instructions += costs.instructions[row]
    rows[costs.step[row]].cells += costs.cells[row]
  }
  const all = button('Show all steps', () => choose(ALL_STEPS))
  place.append(
    element('p', { className: 'remark' }, 'A step that is chosen here is the one that all tables show. ', all),
  )
  const columns = stepColumns(profile, choose)
  /** @type {View | undefined} */
  let view
  const rowClass = (/** @type {typeof rows[number]} */ { step }) => (step === view?.step ? 'chosen' : '')
  const table = new Table(place, { label: 'Steps', sort: 1, isDown: false, rowClass })
  return (/** @type {View} */ next) => {
    view = next
    const { finds } = next
    table.show(finds ? rows.filter(({ step }) => finds(stepName(steps[step]))) : rows, columns)
  }
}

const NOT_ENDED = 'not ended'

/** @typedef {{ number: number, segment: Segment }} SegmentRow */

/** @param {HTMLElement} place @param {Segment[]} segments */
export function segmentsTable(place, segments) {
  const rows = segments.map((segment, number) => ({ number, segment }))
  const peak = segments.reduce((most, [, , , memory]) => Math.max(most, memory), 0)
  const used = segments.reduce((sum, segment) => sum + segment[4], 0) / Math.max(1, segments.length)
  const text = `${percent(used, 1)} used on average; the largest takes an estimated ${sizeText(peak)} to prove.`
  place.append(element('p', { className: 'remark', textContent: text }))
  const table = new Table(place, { label: 'Segments', sort: 0, isDown: false })
  const columns = [
    { title: 'segment', value: (/** @type {SegmentRow} */ { number }) => number },
    { title: 'from', value: (/** @type {SegmentRow} */ { segment: [from] }) => from },
    { title: 'instructions', value: (/** @type {SegmentRow} */ { segment: [, instructions] }) => instructions },
    shareColumn('used', (/** @type {SegmentRow} */ { segment }) => segment[4], 1),
    {
      title: 'memory',
      value: (/** @type {SegmentRow} */ { segment }) => segment[3],
      cell: (/** @type {SegmentRow} */ { segment }) => sizeText(segment[3]),
    },
    { title: 'ended by', isText: true, value: (/** @type {SegmentRow} */ { segment }) => segment[2] || NOT_ENDED },
  ]
  return (/** @type {View} */ { finds }) =>
    table.show(finds ? rows.filter(({ segment }) => finds(segment[2] || NOT_ENDED)) : rows, columns)
}
