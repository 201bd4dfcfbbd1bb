/** Evaluates the constraints of an AIR on the rows of its table. */
import type { Air, Constraint } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { flattened } from '../../air/flat.ts'
import { RowEvaluator, type Rows } from '../../air/evaluate.ts'
import type { Matrix } from '../matrix.ts'
import { fixedTable, isFixed } from '../system/fixed-columns.ts'
import type { Checking } from './checking.ts'
import { columnsOf, placeOfRow } from './places.ts'
import type { Turns } from './turns.ts'

/** Constraints that hold on the same rows. */
interface Group {
  readonly constraints: readonly Constraint[]
  readonly evaluator: RowEvaluator
  readonly holdsOn: (row: number, height: number) => boolean
}

const places: Readonly<Record<Constraint['where'], Group['holdsOn']>> = {
  every: () => true,
  trans: (row, height) => row !== height - 1,
  first: row => row === 0,
  last: (row, height) => row === height - 1,
}

function groupsOf(constraints: readonly Constraint[]): readonly Group[] {
  return (Object.keys(places) as Constraint['where'][]).flatMap(where => {
    const own = constraints.filter(each => each.where === where)
    if (own.length === 0) return []
    return [{ constraints: own, evaluator: new RowEvaluator(own.map(({ of }) => of)), holdsOn: places[where] }]
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

async function airGroups(air: Air, turns: Turns): Promise<AirGroups> {
  let groups = known.get(air)
  if (groups === undefined) {
    const counts = new Set(isFixed(air) ? fixedTable(air).counts : [])
    const ofCounts = air.constraints.filter(({ of }) => reads(of, counts))
    const all = groupsOf(air.constraints)
    const holds = isFixed(air) && (await holdsWithoutCounts(air, all, turns))
    groups = { all, ofCounts: holds ? groupsOf(ofCounts) : undefined }
    known.set(air, groups)
  }
  return groups
}

/** A table with a million rows is looked at once; later ones are compared with it. */
async function holdsWithoutCounts(air: Air, groups: readonly Group[], turns: Turns): Promise<boolean> {
  const { cells, height } = fixedTable(air)
  const rows = { cells, height, width: air.columns.length, publics: [] }
  for (let row = 0; row < height; row++) {
    if (turns.isDue()) await turns.take()
    if (brokenOn(groups, rows, row).next().done !== true) return false
  }
  return true
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
  readonly value: number
}

function* brokenOn(groups: readonly Group[], rows: Rows, row: number): Generator<Broken, void> {
  for (const { constraints, evaluator, holdsOn } of groups) {
    if (!holdsOn(row, rows.height)) continue
    evaluator.at(rows, row)
    for (let index = 0; index < constraints.length; index++) {
      const value = evaluator.value(index)
      if (value !== 0) yield { constraint: constraints[index]!, value }
    }
  }
}

/** A table whose constraints are looked at, and the public values of its AIR. */
export interface Constrained {
  readonly matrix: Matrix
  readonly publics: readonly number[]
}

/** All rows, in order. */
export async function checkConstraints({ matrix, publics }: Constrained, checking: Checking): Promise<void> {
  const { turns } = checking
  const { all, ofCounts } = await airGroups(matrix.air, turns)
  const groups = ofCounts !== undefined && isAsAlways(matrix) ? ofCounts : all
  if (groups.length === 0) return
  for (let row = 0; row < matrix.height; row++) {
    if (turns.isDue()) await turns.take()
    addBroken(groups, { matrix, publics }, row, checking)
  }
}

/** Rows that are known to be wrong; returns how many constraints are broken there. */
export function checkRows(of: Constrained, rows: Iterable<number>, checking: Checking): number {
  const { findings } = checking
  const before = findings.count
  const groups = groupsOf(of.matrix.air.constraints)
  for (const row of rows) addBroken(groups, of, row, checking)
  return findings.count - before
}

function addBroken(groups: readonly Group[], { matrix, publics }: Constrained, row: number, checking: Checking): void {
  const { air, cells, height } = matrix
  const { findings, explaining } = checking
  for (const { constraint, value } of brokenOn(groups, { cells, height, width: air.columns.length, publics }, row)) {
    const columns = columnsOf(matrix, row, [constraint.of])
    findings.add(async () => ({
      kind: 'constraint',
      ...(await placeOfRow(matrix, row, explaining)),
      constraint: constraint.name,
      value,
      columns,
    }))
  }
}
