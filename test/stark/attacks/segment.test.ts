/**
 * Changed tables of a real segment, with rows of every AIR: proved as they are, and accepted just where the mock prover
 * accepts them. What is rejected is so in the step that follows from what is wrong, by every verifier.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Air } from '../../../src/air/air.ts'
import { P } from '../../../src/air/field.ts'
import { Rvr, type Guest } from '../../../src/index.ts'
import type { CheckLibrary } from '../../../src/trace/check/native/library.ts'
import type { Matrix } from '../../../src/trace/matrix.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import { free, freeOfSystem } from '../../air/free.ts'
import { checkLibrary } from '../../codegen/check/library.ts'
import { fixture } from '../../run/support.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource, type Random } from '../../support/random.ts'
import { everything, guestOf, segmentsOf } from '../../trace/check/honest.ts'
import type { Verdict } from './judges.ts'
import { exitCodeOf, mockVerdict, realRun, withDerived, type RealRun } from './real-segments.ts'
import { shortened } from './short-segments.ts'

const TURNS = 200
/** Of how many changes a slower judge sees one. */
const SLOW = isExhaustive ? 200 : 20

const rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
afterAll(() => rvr.dispose())

const family = (column: string): string => column.replace(/(\[\d+\])+$/, '')

describe.each([32, 64] as const)('RV%i', xlen => {
  const subject = everything(xlen, 5)
  let honest: SegmentTables
  let run: RealRun
  let guest: Guest
  let library: CheckLibrary | undefined
  beforeAll(async () => {
    ;[honest] = shortened(await segmentsOf(rvr, subject)) as [SegmentTables]
    run = await realRun(honest)
    guest = await rvr.load(fixture('verifier', xlen))
    if (isExhaustive) library = checkLibrary(honest.set)
  }, 600_000)

  const counts = new Map<Verdict, number>()
  let judged = 0
  const mock = (segment: SegmentTables): Promise<Verdict> =>
    mockVerdict(segment, library === undefined ? { guest: guestOf(subject) } : { library })

  async function guestVerdict(proof: Uint8Array) {
    const ended = await guest.interpret('pure').execute({ inputs: [run.key, proof] })
    const { exitCode, publicValues } = ended
    const isSilent = publicValues.every(byte => byte === 0)
    ended.dispose()
    return { exitCode, isSilent }
  }

  /** What all judges say of a segment. */
  async function verdictOf(what: string, segment: SegmentTables): Promise<Verdict> {
    const expected = await mock(segment)
    const proof = await run.proof(segment)
    expect([what, await run.verdict(proof)]).toEqual([what, expected])
    if (judged++ % SLOW === 0) {
      if (library !== undefined)
        expect([what, await mockVerdict(segment, { guest: guestOf(subject) })]).toEqual([what, expected])
      expect([what, run.slowVerdict(proof)]).toEqual([what, expected])
      const exit = { exitCode: exitCodeOf(expected), isSilent: expected !== 'accepted' }
      expect([what, await guestVerdict(proof)]).toEqual([what, exit])
    }
    counts.set(expected, (counts.get(expected) ?? 0) + 1)
    return expected
  }

  const withTable = (changed: Matrix): SegmentTables => ({
    ...honest,
    tables: honest.tables.map(each => (each.air === changed.air ? changed : each)),
  })

  function withCells(matrix: Matrix, at: number, others: ArrayLike<number>): SegmentTables {
    const cells = matrix.cells.slice()
    cells.set(others, at)
    return withTable({ ...matrix, cells })
  }

  /** The first row, the last one that says something, the first and the last that pad, and others. */
  function rowsToTry({ rows, height }: Matrix, random: Random): readonly number[] {
    const ends = [0, rows - 1, rows % height, height - 1]
    const all = [...new Set([...ends, random(rows), random(rows), random(height)])]
    return isExhaustive ? all : [all[random(all.length)]!]
  }

  /** Fixed columns are the key's: nobody hands them to the prover. */
  const columns = (): readonly (readonly [Matrix, number])[] =>
    honest.tables.flatMap(matrix => {
      const fixed = new Set(matrix.air.fixed)
      return [...matrix.air.columns.keys()].flatMap(column => (fixed.has(column) ? [] : [[matrix, column] as const]))
    })

  test('the honest segment', async () => {
    expect(await verdictOf('honest', honest)).toBe('accepted')
  })

  test('one cell of every column', { timeout: 7_200_000 }, async () => {
    const untouchable: string[] = []
    for (const [turn, [matrix, column]] of sample(columns(), xlen, TURNS).entries()) {
      const random = randomSource(1000 * xlen + turn)
      const { air, cells } = matrix
      const name = air.columns[column]!
      let rejections = 0
      for (const row of rowsToTry(matrix, random)) {
        const at = row * air.columns.length + column
        const value = cells[at]!
        const others = isExhaustive ? [(value + 1) % P, (value + P - 1) % P, random(P)] : [(value + 1) % P]
        for (const other of others) {
          if (other === value) continue
          const what = `${air.name} ${name}, row ${row}: ${value} → ${other}`
          if ((await verdictOf(what, withCells(matrix, at, [other]))) !== 'accepted') rejections++
        }
      }
      if (rejections === 0) untouchable.push(`${air.name} ${family(name)}`)
    }
    const isFree = (each: string): boolean => {
      const [air, column] = each.split(' ') as [string, string]
      return (free[xlen][air]?.[column] ?? freeOfSystem[xlen][air]?.[column]) !== undefined
    }
    if (isExhaustive) expect(untouchable.filter(each => !isFree(each))).toEqual([])
  })

  /** A row that is zeroed, one in the place of another, two that are exchanged, and all behind one moved up. */
  function rowChanges({ air, cells, rows, height }: Matrix, random: Random): Readonly<Record<string, Uint32Array>> {
    const width = air.columns.length
    const [row, other] = [random(rows), random(height)]
    const rowAt = (at: number): Uint32Array => cells.slice(at * width, (at + 1) * width)
    const changed = (change: (copy: Uint32Array) => void): Uint32Array => {
      const copy = cells.slice()
      change(copy)
      return copy
    }
    return {
      zeroed: changed(copy => copy.fill(0, row * width, (row + 1) * width)),
      replaced: changed(copy => copy.set(rowAt(other), row * width)),
      exchanged: changed(copy => {
        copy.set(rowAt(other), row * width)
        copy.set(rowAt(row), other * width)
      }),
      dropped: changed(copy => copy.copyWithin(row * width, (row + 1) * width).fill(0, (height - 1) * width)),
    }
  }

  /** The table with the cells that the prover takes; those that the key has committed to are what they were. */
  function withMain(matrix: Matrix, cells: Uint32Array): SegmentTables {
    const width = matrix.air.columns.length
    for (const column of matrix.air.fixed ?? [])
      for (let at = column; at < cells.length; at += width) cells[at] = matrix.cells[at]!
    return withTable({ ...matrix, cells })
  }

  test('rows of every table', { timeout: 3_600_000 }, async () => {
    for (const [turn, matrix] of sample(honest.tables, xlen, 24).entries()) {
      const random = randomSource(2000 * xlen + turn)
      for (const [what, cells] of Object.entries(rowChanges(matrix, random)))
        await verdictOf(`${matrix.air.name}, a row ${what}`, withMain(matrix, cells))
    }
  })

  test('tables that are not there, with half of their rows, and twice as high', { timeout: 3_600_000 }, async () => {
    for (const matrix of sample(honest.tables, xlen, 24)) {
      // Of those that have to be there the prover has nothing to make a proof of.
      if (matrix.air.publics.length > 0 || matrix.air.fixed !== undefined) continue
      const { air, cells, height } = matrix
      const without = { ...honest, tables: honest.tables.filter(each => each !== matrix) }
      await verdictOf(`${air.name} is not there`, without)
      const higher = new Uint32Array(2 * cells.length)
      higher.set(cells)
      await verdictOf(`${air.name} with rows of 0`, withTable({ ...matrix, cells: higher, height: 2 * height }))
      if (height === 1) continue
      const lower = cells.slice(0, cells.length / 2)
      await verdictOf(`the upper half of ${air.name}`, withTable({ ...matrix, cells: lower, height: height / 2 }))
    }
  })

  const withPublic = (air: Air, index: number, value: number): SegmentTables => ({
    ...honest,
    publics: new Map(honest.publics).set(air, honest.publics.get(air)!.with(index, value)),
  })

  test('public values, alone and with the cells that they are bound to', { timeout: 600_000 }, async () => {
    const all = [...honest.publics].flatMap(([air, values]) => [...values.keys()].map(index => [air, index] as const))
    for (const [air, index] of sample(all, xlen / 32, 7)) {
      const name = air.publics[index]!
      const value = honest.publics.get(air)![index]!
      const other = (value + 1) % P
      const forged = withPublic(air, index, other)
      // The guest ends here, so its exit code is bound.
      expect([name, await verdictOf(`public ${name}`, forged)]).toEqual([name, 'constraints'])
      const matrix = honest.tables.find(each => each.air === air)!
      const cells = matrix.cells.map(cell => (cell === value && value > 1 ? other : cell))
      const tables = forged.tables.map(each => (each === matrix ? { ...matrix, cells } : each))
      expect([name, await verdictOf(`${name} and its cells`, { ...forged, tables })]).not.toEqual([name, 'accepted'])
    }
  })

  test.runIf(xlen === 64)('derived columns that are not what they are derived from', { timeout: 600_000 }, async () => {
    const derived = honest.tables.flatMap(matrix =>
      run.system.columns[honest.set.airs.indexOf(matrix.air)]!.derived.map(each => [matrix, each] as const),
    )
    expect(derived.length).toBeGreaterThan(60)
    for (const [turn, [matrix, { column }]] of sample(derived, xlen, 30).entries()) {
      const random = randomSource(turn)
      const rows = [...new Set([0, matrix.height - 1, random(matrix.height)])]
      for (const row of isExhaustive ? rows : rows.slice(0, 1)) {
        const what = `${matrix.air.name}, derived column ${column}, row ${row}`
        const index = honest.set.airs.indexOf(matrix.air)
        const proof = await run.proof(honest, tables =>
          tables.map(table => (table.air === index ? withDerived(run, table, [row, column, 1]) : table)),
        )
        const said = await run.verdict(proof)
        expect([what, said]).toEqual([what, expect.stringMatching(/^(sums|constraints)$/)])
        if (judged++ % SLOW === 0) {
          expect([what, run.slowVerdict(proof)]).toEqual([what, said])
          expect([what, await guestVerdict(proof)]).toEqual([what, { exitCode: exitCodeOf(said), isSilent: true }])
        }
      }
    }
  })

  test('changes of all kinds were among them', () => {
    expect([...counts.keys()].toSorted()).toEqual(['accepted', 'constraints', 'sums'])
    if (isExhaustive) console.log(`RV${xlen}: ${judged} changes, ${JSON.stringify([...counts])}`)
  })
})
