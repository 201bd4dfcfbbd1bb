/** Columns that are the same in every segment: those whose rules know nothing but the row's number. */
import type { Air } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import type { Word, WordOperator } from '../../air/word.ts'

/** The input that numbers rows. */
const ROW = 'row'
/** Numbers below it are exact, and so are bits of those that are far below. */
const MOST = 2 ** 31

type OfRow = (row: number) => number

/** Where words are numbers this small, they are computed as such: a table has a million rows. */
const operators: Partial<Readonly<Record<WordOperator, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  '%': (a, b) => (b === 0 ? 0 : a % b),
  '&': (a, b) => a & b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
}

const bounded = (value: number): number => {
  if (value >= 0 && value < MOST) return value
  throw new RvrError('INTERNAL', `a table's rule comes to ${value}`)
}

/** Undefined for words that depend on something else than the row. */
function ofRow(word: Word, row: number): OfRow | undefined {
  if (word.op === 'constant') {
    const value = Number(word.value)
    return () => value
  }
  if (word.op === 'input') return word.index === row ? each => each : undefined
  if (word.op === 'call' && word.name === 'log2') {
    const of = ofRow(word.args[0]!, row)
    return of && (each => 31 - Math.clz32(of(each)))
  }
  if (word.op !== 'binary') return undefined
  const operator = operators[word.operator]
  const [left, right] = [ofRow(word.left, row), ofRow(word.right, row)]
  if (operator === undefined || left === undefined || right === undefined) return undefined
  return each => bounded(operator(left(each), right(each)))
}

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
  const rules = air.rules.columns.map(word => ofRow(word, row))
  const width = rules.length
  const cells = new Uint32Array(height * width)
  for (const [column, rule] of rules.entries())
    if (rule !== undefined) for (let each = 0; each < height; each++) cells[each * width + column] = rule(each)
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
