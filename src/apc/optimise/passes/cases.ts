/** Columns with few values together: what is the same in all cases is told apart from what is not. */
import type { Draft, DraftMessage } from '../draft.ts'
import { candidates, columnsIn, groupOf, type Group } from '../cases.ts'
import { Folding, combined } from '../folding.ts'
import { inverse } from '../../../air/field.ts'
import { signed, type Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'
import { ONE, Span, type Combination } from '../span.ts'

/** More products than that are no simplification. */
const MOST_CASES_TO_FOLD = 16

/**
 * Invariant: equations between a group's columns follow from the group's own constraints and messages, which stay. What
 * is rewritten elsewhere has the same value in every case that these allow.
 */
export function cases(draft: Draft, seen: Set<string>): void {
  const ranges = rangesOf(draft)
  const tried = new Set<string>()
  for (const columns of Array.from(candidates(draft))) {
    const name = columns.join()
    if (tried.has(name)) continue
    tried.add(name)
    const group = groupOf(draft, columns, ranges, seen)
    // A group without cases cannot be executed; its constraints say so.
    if (group === undefined || group.cases.length === 0) continue
    narrowColumns(draft, group, ranges)
    const span = relate(draft, group)
    if (group.cases.length <= MOST_CASES_TO_FOLD) fold(draft, group, span)
  }
}

/** Values that a constraint of a column tells. */
const MOST_VALUES = 3

/** Columns that have fewer values than they might. */
function narrowColumns(draft: Draft, { columns, cases: all }: Group, ranges: Ranges): void {
  const { polynomials } = draft
  for (const [at, column] of columns.entries()) {
    const values = [...new Set(all.map(row => row[at]!))].toSorted((a, b) => a - b)
    const before = ranges.valuesOf(column, MOST_VALUES + 2)
    if (values.length > MOST_VALUES || before === undefined || before.length <= values.length) continue
    const of = polynomials.column(column)
    const told = polynomials.product(values.map(value => polynomials.plusConstant(of, -value)))
    const isKnown = [...draft.constraintsOf(column)].some(index => draft.constraints[index] === told)
    if (!isKnown) draft.addConstraint(told)
  }
}

/** Adds the equations that hold in all cases. @returns the columns that all others follow from */
function relate(draft: Draft, { columns, cases: all }: Group): Span {
  const span = new Span(all.length)
  for (const [at, column] of columns.entries()) {
    const vector = all.map(values => values[at]!)
    const known = span.fit(vector)
    if (known === undefined) span.add(column, vector)
    else if (isSmall(known)) draft.define(column, combined(draft.polynomials, known))
  }
  return span
}

const MOST_MULTIPLE = 512

/** Others are true by accident of the cases: nothing gets simpler by them. */
function isSmall(combination: Combination): boolean {
  const isSmallNumber = (value: number): boolean => Math.abs(signed(value)) <= MOST_MULTIPLE
  const times = [...combination].flatMap(([name, each]) => (name === ONE ? [] : [each]))
  return times.every(isSmallNumber) || (times.length === 1 && isSmallNumber(inverse(times[0]!)))
}

function fold(draft: Draft, group: Group, span: Span): void {
  const own = new Set(group.constraints)
  const members = new Set(group.columns)
  const folding = new Folding(draft.polynomials, group, span)
  const rewritten = (of: Polynomial): Polynomial => {
    const isMixed = of.atoms.some(
      ({ factors, columns }) => factors !== undefined && columns.some(column => members.has(column)),
    )
    return isMixed ? folding.folded(of) : of
  }
  for (const index of new Set(group.columns.flatMap(column => [...draft.constraintsOf(column)]))) {
    if (own.has(index)) continue
    const before = draft.constraints[index]
    if (before === undefined || before.columns.every(column => members.has(column))) continue
    const after = rewritten(before)
    if (after !== before) draft.setConstraint(index, after)
  }
  for (const index of new Set(group.columns.flatMap(column => [...draft.messagesOf(column)]))) {
    const before = draft.messages[index]!
    // Lookups are among what the cases were found by.
    const isTable = draft.buses[before.bus]!.role.kind === 'table'
    if (isTable && columnsIn(before.fields).every(column => members.has(column))) continue
    const after: DraftMessage = { ...before, count: rewritten(before.count), fields: before.fields.map(rewritten) }
    const isSame = after.count === before.count && after.fields.every((each, at) => each === before.fields[at])
    if (!isSame) draft.setMessage(index, after)
  }
}
