/** Evaluates the constraints of an AIR on all rows of its table. */
import type { Air, Constraint } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { flattened } from '../../air/flat.ts'
import { RowEvaluator, type Rows } from '../evaluate.ts'
import type { Matrix } from '../matrix.ts'
import { fixedTable, isFixed } from '../system/fixed-columns.ts'
import type { TracedGuest } from '../steps.ts'
import type { Findings } from './findings.ts'
import { columnsOf, placeOfRow } from './places.ts'

/** Constraints that hold on the same rows. */
interface Group {
  readonly constraints: readonly Constraint[]
  readonly evaluator: RowEvaluator
  readonly rows: (height: number) => readonly [from: number, to: number]
}

const places: Readonly<Record<Constraint['where'], Group['rows']>> = {
  every: height => [0, height],
  trans: height => [0, height - 1],
  first: () => [0, 1],
  last: height => [height - 1, height],
}

function groupsOf(constraints: readonly Constraint[]): readonly Group[] {
  return (Object.keys(places) as Constraint['where'][]).flatMap(where => {
    const own = constraints.filter(each => each.where === where)
    if (own.length === 0) return []
    return [{ constraints: own, evaluator: new RowEvaluator(own.map(({ of }) => of)), rows: places[where] }]
  })
}

interface AirGroups {
  readonly all: readonly Group[]
  /** Those that read columns which differ from segment to segment; all others hold on the columns that never do. */
  readonly ofCounts: readonly Group[] | undefined
}

const reads = (of: Expression, columns: ReadonlySet<number>): boolean =>
  flattened([of]).nodes.some(node => node.op === 'column' && columns.has(node.index))

const known = new WeakMap<Air, AirGroups>()

function airGroups(air: Air): AirGroups {
  let groups = known.get(air)
  if (groups === undefined) {
    const counts = new Set(isFixed(air) ? fixedTable(air).counts : [])
    const ofCounts = air.constraints.filter(({ of }) => reads(of, counts))
    const all = groupsOf(air.constraints)
    groups = { all, ofCounts: isFixed(air) && holdsWithoutCounts(air, all) ? groupsOf(ofCounts) : undefined }
    known.set(air, groups)
  }
  return groups
}

/** A table with a million rows is looked at once; later ones are compared with it. */
function holdsWithoutCounts(air: Air, groups: readonly Group[]): boolean {
  const { cells, height } = fixedTable(air)
  const rows = { cells, height, width: air.columns.length, publics: [] }
  return groups.every(group => broken(group, rows).next().done === true)
}

function isAsAlways({ air, cells, height }: Matrix): boolean {
  const { fixed, cells: own, height: ownHeight } = fixedTable(air)
  if (height !== ownHeight) return false
  const width = air.columns.length
  for (const column of fixed)
    for (let at = column; at < own.length; at += width) if (cells[at] !== own[at]) return false
  return true
}

interface Broken {
  readonly constraint: Constraint
  readonly row: number
  readonly value: number
}

function* broken({ constraints, evaluator, rows: range }: Group, rows: Rows): Generator<Broken, void> {
  const [from, to] = range(rows.height)
  for (let row = from; row < to; row++) {
    evaluator.at(rows, row)
    for (let index = 0; index < constraints.length; index++) {
      const value = evaluator.value(index)
      if (value !== 0) yield { constraint: constraints[index]!, row, value }
    }
  }
}

export function checkConstraints(
  matrix: Matrix,
  publics: readonly number[],
  guest: TracedGuest,
  findings: Findings,
): void {
  const { air, cells, height } = matrix
  const { all, ofCounts } = airGroups(air)
  const groups = ofCounts !== undefined && isAsAlways(matrix) ? ofCounts : all
  for (const group of groups)
    for (const { constraint, row, value } of broken(group, { cells, height, width: air.columns.length, publics }))
      findings.add(() => ({
        kind: 'constraint',
        ...placeOfRow(matrix, row, guest),
        constraint: constraint.name,
        value,
        columns: columnsOf(matrix, row, [constraint.of]),
      }))
}
