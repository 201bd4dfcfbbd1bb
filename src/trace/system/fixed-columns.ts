/** Columns that are the same in every segment: those whose rules know nothing but the row's number. */
import type { Air } from '../../air/air.ts'
import { ofNumbers } from './small-words.ts'

/** The input that numbers rows. */
const ROW = 'row'

export interface FixedTable {
  readonly height: number
  /** Indices of the columns that are the same in every segment, and of the others: counts. */
  readonly fixed: readonly number[]
  readonly counts: readonly number[]
  /** The whole table, with counts of 0. */
  readonly cells: Uint32Array
}

const known = new WeakMap<Air, FixedTable>()

/** Of an AIR with a constant height and rows that are numbered. It is computed once. */
export function fixedTable(air: Air): FixedTable {
  const before = known.get(air)
  if (before !== undefined) return before
  const height = Number(air.height)
  const row = air.rules.inputs.indexOf(ROW)
  const rules = air.rules.columns.map(word => ofNumbers(word, input => input === row))
  const width = rules.length
  const cells = new Uint32Array(height * width)
  const inputs = air.rules.inputs.map(() => 0)
  for (const [column, rule] of rules.entries()) {
    if (rule === undefined) continue
    for (let each = 0; each < height; each++) {
      inputs[row] = each
      cells[each * width + column] = rule(inputs)
    }
  }
  const columns = [...rules.keys()]
  const table: FixedTable = {
    height,
    fixed: columns.filter(column => rules[column] !== undefined),
    counts: columns.filter(column => rules[column] === undefined),
    cells,
  }
  known.set(air, table)
  return table
}

/** Is it an AIR whose rows are the same in every segment, but for counts? */
export const isFixed = ({ height, rules }: Air): boolean => typeof height === 'number' && rules.inputs.includes(ROW)
