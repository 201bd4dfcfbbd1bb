/**
 * Segments of real runs over short lookup tables. The machine's have a million rows, which every proof of a changed cell
 * would pay for: these have the rows that the segments ask for, a few others and the last. All else is what it was.
 */
import type { Air, AirSet } from '../../../src/air/air.ts'
import type { Expression } from '../../../src/air/expression.ts'
import { powerOfTwoFrom, type Matrix } from '../../../src/trace/matrix.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'

const LONG_ROWS = 2 ** 12

function readsMain(of: Expression, fixed: ReadonlySet<number>): boolean {
  if (of.op === 'column') return !fixed.has(of.index)
  return 'left' in of && (readsMain(of.left, fixed) || readsMain(of.right, fixed))
}

/** What leads from row to row of a lookup table is about columns that keys commit to: no prover can change them. */
function shortAir(air: Air): Air {
  if (typeof air.height !== 'number' || air.height < LONG_ROWS) return air
  const fixed = new Set(air.fixed)
  return { ...air, height: undefined, constraints: air.constraints.filter(({ of }) => readsMain(of, fixed)) }
}

const rowOf = ({ air, cells }: Matrix, row: number): Uint32Array =>
  cells.subarray(row * air.columns.length, (row + 1) * air.columns.length)

/** Of one table in several segments: the rows that are kept, ascending. */
function keptRows(matrices: readonly Matrix[]): readonly number[] {
  const [{ air, height }] = matrices as [Matrix]
  const isFixed = new Set(air.fixed)
  const asked: number[] = []
  const others: number[] = []
  for (let row = height - 1; row >= 0; row--) {
    const isAsked = matrices.some(matrix => rowOf(matrix, row).some((cell, at) => cell !== 0 && !isFixed.has(at)))
    if (isAsked || row === height - 1) asked.push(row)
    else others.push(row)
  }
  const left = powerOfTwoFrom(asked.length + 1) - asked.length
  return [...asked, ...others.slice(0, left)].toSorted((a, b) => a - b)
}

/** The same statements of all segments, which have the fixed tables in common. */
export function shortened(segments: readonly SegmentTables[]): readonly SegmentTables[] {
  const [{ set }] = segments as [SegmentTables]
  const airOf = new Map(set.airs.map(air => [air, shortAir(air)]))
  const short: AirSet = { ...set, airs: [...airOf.values()] }
  const rowsOf = new Map<Air, readonly number[]>()
  for (const air of set.airs)
    if (airOf.get(air) !== air)
      rowsOf.set(air, keptRows(segments.map(({ tables }) => tables.find(each => each.air === air)!)))
  return segments.map(({ tables, publics, ...facts }) => ({
    ...facts,
    set: short,
    publics: new Map([...publics].map(([air, values]) => [airOf.get(air)!, values])),
    tables: tables.map(matrix => {
      const rows = rowsOf.get(matrix.air)
      if (rows === undefined) return matrix
      const cells = Uint32Array.from(rows.flatMap(row => [...rowOf(matrix, row)]))
      return { air: airOf.get(matrix.air)!, height: rows.length, rows: rows.length, cells }
    }),
  }))
}
