/** A changed cell of any column of any table of a whole segment is noticed, but for those that are listed as free. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Air } from '../../../src/air/air.ts'
import { P } from '../../../src/air/field.ts'
import { Rvr } from '../../../src/index.ts'
import { NativeJob } from '../../../src/trace/check/native/job.ts'
import type { CheckLibrary } from '../../../src/trace/check/native/library.ts'
import type { Matrix } from '../../../src/trace/matrix.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import { checkLibrary } from '../../codegen/check/library.ts'
import { free, freeOfSystem } from '../../air/free.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { airSetOf, coveredAirs, everything, segmentsOf } from './honest.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

const TURNS = 48
const ROWS = isExhaustive ? 2 : 1

const family = (column: string): string => column.replace(/(\[\d+\])+$/, '')

/** Does the row say anything? Others pad the table, or are asked for by nobody. */
function liveRows({ air, cells, rows }: Matrix): readonly number[] {
  const width = air.columns.length
  const count = air.interactions.some(({ weight }) => weight === 0) ? air.columns.indexOf('count') : -1
  return [...Array(rows).keys()].filter(row => count === -1 || cells[row * width + count] !== 0)
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const airs = coveredAirs(xlen)
  let library: CheckLibrary
  let segment: SegmentTables
  beforeAll(async () => {
    library = checkLibrary(airSetOf(xlen))
    ;[segment] = (await segmentsOf(rvr, everything(xlen, 5))) as [SegmentTables]
  }, 600_000)

  const tableOf = (air: Air): Matrix => segment.tables.find(each => each.air.name === air.name)!

  /** Is it noticed while some of a table's cells, from a place on, hold others? */
  async function isNoticed(matrix: Matrix, at: number, others: ArrayLike<number>): Promise<boolean> {
    const before = matrix.cells.slice(at, at + others.length)
    matrix.cells.set(others, at)
    const { unbalanced, tables } = await new NativeJob(segment, { library, threads: 2 }).check()
    matrix.cells.set(before, at)
    return unbalanced.length > 0 || tables.some(({ broken }) => broken > 0)
  }

  const reasonFor = ({ name }: Air, column: string): string | undefined =>
    free[xlen][name]?.[family(column)] ?? freeOfSystem[xlen][name]?.[family(column)]

  const unnoticed: string[] = []

  async function tryColumn(air: Air, index: number, turn: number): Promise<void> {
    const random = randomSource(1000 * xlen + turn)
    const matrix = tableOf(air)
    const live = liveRows(matrix)
    const column = air.columns[index]!
    const reason = reasonFor(air, column)
    for (let tries = 0; tries < ROWS; tries++) {
      const at = live[random(live.length)]! * air.columns.length + index
      const value = matrix.cells[at]!
      const values = isExhaustive
        ? [(value + 1) % P, (value + P - 1) % P, random(P)]
        : [(value + (turn % 2 ? 1 : P - 1)) % P]
      for (const other of values) {
        if (other === value || (await isNoticed(matrix, at, [other]))) continue
        if (reason === undefined) unnoticed.push(`${air.name} ${column}: ${value} → ${other}`)
      }
    }
  }

  /** Limbs of one value that differ, exchanged. */
  async function trySwapped(air: Air): Promise<void> {
    const { cells, rows } = tableOf(air)
    const width = air.columns.length
    for (const [index, column] of air.columns.entries()) {
      const isLimb = index + 1 < width && family(column) === family(air.columns[index + 1]!)
      if (!isLimb || reasonFor(air, column) !== undefined) continue
      const row = liveRows(tableOf(air)).find(each => cells[each * width + index] !== cells[each * width + index + 1])
      if (row === undefined || row >= rows) continue
      const at = row * width + index
      const what = `${air.name}, row ${row}: ${column} and the next`
      expect([what, await isNoticed(tableOf(air), at, [cells[at + 1]!, cells[at]!])]).toEqual([what, true])
      if (!isExhaustive) return
    }
  }

  /** A row that is zeroed, another one in its place, and without it. */
  async function tryRows(air: Air): Promise<void> {
    const { cells, rows } = tableOf(air)
    const width = air.columns.length
    const [row] = liveRows(tableOf(air)) as [number]
    const other = (row + 1) % rows === row ? row : (row + 1) % rows
    const rowAt = (at: number): Uint32Array => cells.slice(at * width, (at + 1) * width)
    const forged: (readonly [string, Uint32Array])[] = [['zeroed', new Uint32Array(width)]]
    if (String(rowAt(row)) !== String(rowAt(other))) forged.push(['replaced', rowAt(other)])
    for (const [what, content] of forged)
      expect([air.name, what, await isNoticed(tableOf(air), row * width, content)]).toEqual([air.name, what, true])
    const without = new Uint32Array((rows - row) * width)
    without.set(cells.subarray((row + 1) * width, rows * width))
    expect([air.name, 'dropped', await isNoticed(tableOf(air), row * width, without)]).toEqual([
      air.name,
      'dropped',
      true,
    ])
  }

  test('limbs and rows', { timeout: 3_600_000 }, async () => {
    for (const air of sample(airs, xlen / 32, 8)) {
      await trySwapped(air)
      await tryRows(air)
    }
  })

  const columns = airs.flatMap(air => air.columns.map((_, index) => [air, index] as const))

  test('one cell', { timeout: 3_600_000 }, async () => {
    for (const [turn, [air, index]] of sample(columns, xlen, TURNS).entries()) await tryColumn(air, index, turn)
    expect(unnoticed).toEqual([])
  })
})
