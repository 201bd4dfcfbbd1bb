/** Constraints of columns that have few values together, made anew: as few as allow the same cases. */
import { candidates, groupOf, type Group } from '../cases.ts'
import type { Draft } from '../draft.ts'
import { valueOf, type Polynomial } from '../polynomials.ts'
import { rangesOf } from '../ranges.ts'
import type { DegreeBounds } from './inline.ts'

/** Invariant: the constraints that come allow the cases of those that go, and no other values at all. */
export function regroup(draft: Draft, bounds: DegreeBounds): void {
  const ranges = rangesOf(draft)
  const seen = new Set<string>()
  const done = new Set<number>()
  const largestFirst = Array.from(candidates(draft)).toSorted((a, b) => b.length - a.length)
  const tried = new Set<string>()
  for (const columns of largestFirst) {
    const name = columns.join()
    if (tried.has(name) || columns.some(column => done.has(column))) continue
    tried.add(name)
    const group = groupOf(draft, columns, ranges, seen)
    if (group === undefined || group.cases.length === 0 || group.constraints.length < 2) continue
    if (group.columns.some(column => done.has(column))) continue
    const fewer = constraintsFor(draft, group, bounds)
    if (fewer === undefined || fewer.length >= group.constraints.length) continue
    for (const index of group.constraints) draft.setConstraint(index, undefined)
    for (const each of fewer) draft.addConstraint(each)
    for (const column of group.columns) done.add(column)
  }
}

/** Values of a column that may be told by a constraint of degree 3. */
const MOST_VALUES = 3

function constraintsFor(draft: Draft, group: Group, bounds: DegreeBounds): readonly Polynomial[] | undefined {
  const { polynomials } = draft
  const domains = group.columns.map((_, at) =>
    [...new Set(group.cases.map(values => values[at]!))].toSorted((a, b) => a - b),
  )
  if (domains.some(values => values.length > Math.min(MOST_VALUES, bounds.constraints))) return undefined
  const among = (of: Polynomial, values: readonly number[]): Polynomial =>
    polynomials.product(values.map(value => polynomials.plusConstant(of, -value)))
  const chosen = group.columns.map((column, at) => among(polynomials.column(column), domains[at]!))
  let left = others(group, domains)
  const pool = [...sums(draft, group, among), ...group.constraints.map(index => draft.constraints[index]!)]
  while (left.length > 0) {
    const ruledOut = (of: Polynomial): readonly (readonly number[])[] =>
      left.filter(values => valueOf(of, column => values[group.columns.indexOf(column)]!) !== 0)
    const [best] = pool.map(of => ({ of, count: ruledOut(of).length })).toSorted((a, b) => b.count - a.count)
    if (best === undefined || best.count === 0) return undefined
    chosen.push(best.of)
    const gone = new Set(ruledOut(best.of))
    left = left.filter(values => !gone.has(values))
  }
  return chosen
}

/** Combinations of values that are no case; none where there are too many. */
function others({ cases }: Group, domains: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const all = domains.reduce<readonly (readonly number[])[]>(
    (rows, values) => rows.flatMap(row => values.map(value => [...row, value])),
    [[]],
  )
  const known = new Set(cases.map(values => values.join()))
  return all.filter(values => !known.has(values.join()))
}

/** That the sum of the columns is one of few values. */
function sums(
  draft: Draft,
  { columns, cases }: Group,
  among: (of: Polynomial, values: readonly number[]) => Polynomial,
): readonly Polynomial[] {
  const { polynomials } = draft
  const sum = polynomials.sum(columns.map(column => [polynomials.column(column), 1]))
  const values = [...new Set(cases.map(row => valueOf(sum, column => row[columns.indexOf(column)]!)))]
  return values.length <= 2
    ? [
        among(
          sum,
          values.toSorted((a, b) => a - b),
        ),
      ]
    : []
}
