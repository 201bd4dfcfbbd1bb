/** Native code checks whole segments: it accepts honest ones, and finds what JavaScript finds in others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { P } from '../../../src/air/field.ts'
import { Rvr, u64 } from '../../../src/index.ts'
import type { Matrix } from '../../../src/trace/matrix.ts'
import { checkSegment } from '../../../src/trace/check/check.ts'
import { NativeJob } from '../../../src/trace/check/native/job.ts'
import type { CheckLibrary } from '../../../src/trace/check/native/library.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import { checkLibrary, compilers } from '../../codegen/check/library.ts'
import { fixtures } from '../../metering/guests.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { airSetOf, coveredAirs, everything, guestOf, originOf, segmentsOf } from './honest.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

/** Each width by another compiler, and once without vectors; `make exhaustive` tries all. */
const libraries = isExhaustive
  ? ([32, 64] as const).flatMap(xlen =>
      compilers.flatMap(cc => [true, false].map(vectors => [xlen, cc, vectors] as const)),
    )
  : ([
      [32, compilers[0]!, false],
      [64, compilers.at(-1)!, true],
    ] as const)

/** One is what the others have to agree with. */
const threadCounts = isExhaustive ? [1, 2, 8] : [1, 8]

describe.each(libraries)('RV%i, %s, vectors: %s', (xlen, cc, vectors) => {
  const set = airSetOf(xlen)
  const covered = coveredAirs(xlen)
  const subject = everything(xlen)
  const guest = guestOf(subject)
  let native: CheckLibrary
  let segment: SegmentTables
  beforeAll(async () => {
    native = checkLibrary(set, { cc, vectors })
    ;[segment] = (await segmentsOf(rvr, subject)) as [SegmentTables]
  }, 600_000)

  const check = (of: SegmentTables, options: object = {}) =>
    checkSegment(of, { guest, originOf, native, threads: 2, ...options })
  const tableOf = (name: string): Matrix => segment.tables.find(({ air }) => air.name === name)!
  const named = (name: string) => fixtures(xlen).find(each => each.name === name)!

  /** The segment with a table changed. */
  function changed(name: string, change: (cells: Uint32Array, width: number, rows: number) => void): SegmentTables {
    const tables = segment.tables.map(matrix => {
      if (matrix.air.name !== name) return matrix
      const cells = matrix.cells.slice()
      change(cells, matrix.air.columns.length, matrix.rows)
      return { ...matrix, cells }
    })
    return { ...segment, tables }
  }

  test('there are rows of every AIR', () => {
    const there = new Set(segment.tables.filter(({ rows }) => rows > 0).map(({ air }) => air.name))
    expect(covered.map(({ name }) => name).filter(name => !there.has(name))).toEqual([])
  })

  test('honest segments', async () => {
    expect(await check(segment)).toMatchObject({ passed: true, failureCount: 0, failures: [] })
    const limits = { inputs: [u64(400)], segmentLimits: { maxTraceHeight: 1024 } }
    const [before, after] = (await segmentsOf(rvr, named('fibonacci'), limits)) as [SegmentTables, SegmentTables]
    for (const each of [before, after]) expect(await check(each)).toMatchObject({ passed: true })
    expect(await check(after, { before })).toMatchObject({ passed: true })
    const { failures, failureCount } = await check(before, { before: after })
    expect(failures.map(({ kind }) => kind)).toContain('public')
    expect(failureCount).toBeGreaterThan(1)
  })

  test('in one piece of memory, and with another number of threads', async () => {
    const length = segment.tables.reduce((sum, { cells }) => sum + cells.length + 16, 0)
    const memory = new Uint32Array(length)
    let at = 16
    const tables = segment.tables.map(matrix => {
      const cells = memory.subarray(at, at + matrix.cells.length)
      cells.set(matrix.cells)
      at += cells.length + 16
      return { ...matrix, cells }
    })
    const results = await Promise.all(threadCounts.map(threads => check({ ...segment, tables }, { threads })))
    for (const each of results) expect(each).toEqual(results[0])
    expect(results[0]!.passed).toBe(true)
    // All rows of all tables wrong.
    const broken = {
      ...segment,
      tables: tables.map(each => ({ ...each, cells: each.cells.map(cell => (cell + 1) % P) })),
    }
    const found = await Promise.all(threadCounts.map(threads => check(broken, { threads })))
    for (const each of found) expect(each).toEqual(found[0])
    expect(found[0]!.failureCount).toBeGreaterThan(1_000_000)
  })

  /** What is the same in both: all that is told. */
  async function expectAgreement(of: SegmentTables): Promise<number> {
    const found = await check(of)
    expect(found).toEqual(await checkSegment(of, { guest, originOf }))
    return found.failureCount
  }

  const add = xlen === 64 ? 'AddSub' : 'BaseAlu'

  test('what is found is what JavaScript finds', async () => {
    const random = randomSource(xlen)
    const one = (name: string) =>
      changed(name, (cells, width, rows) => {
        const at = random(rows * width)
        cells[at] = (cells[at]! + 1) % P
      })
    const other = covered.filter(({ instructions }) => instructions.length > 0)
    const names = [other[random(other.length)]!.name, 'MemoryMerkle', 'VariableRangeChecker', 'Program']
    // JavaScript looks at every row of every table.
    const tried = isExhaustive ? covered.map(each => each.name) : sample(names, xlen / 32, names.length)
    for (const name of tried) await expectAgreement(one(name))
    if (xlen === 64 && !isExhaustive) return
    const many = changed(add, (cells, width, rows) => {
      for (let at = 0; at < rows * width; at++) cells[at] = random(P)
    })
    expect(await expectAgreement(many)).toBeGreaterThan(100)
  })

  test('rows that are zeroed, dropped, doubled or exchanged, and limbs that are swapped', async () => {
    const forgeries: Record<string, (cells: Uint32Array, width: number, rows: number) => void> = {
      zeroed: (cells, width) => cells.fill(0, 0, width),
      dropped: (cells, width, rows) =>
        cells.copyWithin(0, width, rows * width).fill(0, (rows - 1) * width, rows * width),
      doubled: (cells, width) => cells.copyWithin(0, width, 2 * width),
      limbs: (cells, width) => {
        const z = tableOf(add).air.columns.indexOf('z[0]')
        const row = [...Array(tableOf(add).rows).keys()].find(
          each => cells[each * width + z] !== cells[each * width + z + 1],
        )!
        cells.subarray(row * width + z, row * width + z + 2).reverse()
      },
    }
    for (const [name, forge] of Object.entries(forgeries))
      expect([name, (await check(changed(add, forge))).passed]).toEqual([name, false])
    // In what order instructions stand makes no difference.
    const exchanged = changed(add, (cells, width) => {
      const first = cells.slice(0, width)
      cells.copyWithin(0, width, 2 * width).set(first, width)
    })
    expect((await check(exchanged)).passed).toBe(true)
    // In the tables that a row leads to the next one it does.
    const fixed = changed('RangeTuple', (cells, width) => cells.copyWithin(0, width, 2 * width))
    expect((await check(fixed)).passed).toBe(false)
  })

  test('cells that are no field elements', async () => {
    const wrong = changed(add, cells => {
      cells[1]! += P
      cells[2] = 0xffffffff
    })
    const found = await check(wrong)
    expect(found.failures.map(({ kind }) => kind)).toEqual(['cell', 'cell'])
    // JavaScript looks at every row of every table.
    if (xlen === 32 || isExhaustive) expect(found).toEqual(await checkSegment(wrong, { guest, originOf }))
  })

  test('heights that are none, tables that are not there and public values', async () => {
    const replaced = (name: string, by: Partial<Matrix> | undefined): SegmentTables => ({
      ...segment,
      tables: segment.tables.flatMap(each =>
        each.air.name !== name ? [each] : by === undefined ? [] : [{ ...each, ...by }],
      ),
    })
    for (const by of [{ height: 3 }, { height: 2 ** 20 }, { cells: tableOf(add).cells.subarray(1) }])
      expect((await check(replaced(add, by))).failures).toMatchObject([{ kind: 'table', air: add }])
    expect((await check(replaced('Program', undefined))).failures).toMatchObject([{ kind: 'table', air: 'Program' }])
    expect((await check(replaced(add, undefined))).passed).toBe(false)
    for (const [air, values] of segment.publics)
      for (const index of sample([...values.keys()], 0, 4)) {
        const publics = new Map(segment.publics).set(air, values.with(index, (values[index]! + 1) % P))
        const isFree = air.publics[index] === 'code_public' && values[air.publics.indexOf('done_public')] === 0
        expect([air.publics[index], (await check({ ...segment, publics })).passed]).toEqual([
          air.publics[index],
          isFree,
        ])
      }
    const publics = new Map([...segment.publics].map(([air, values]) => [air, values.with(0, P)]))
    expect((await check({ ...segment, publics })).failures.map(({ kind }) => kind)).toEqual(['public', 'public'])
  })

  test('native code refuses tables that do not lie in the memory it is given', async () => {
    const cells = tableOf(add).cells.subarray(1)
    for (const matrix of [
      { ...tableOf(add), cells },
      { ...tableOf(add), height: 2 ** 25 },
      { ...tableOf(add), height: 3 },
    ]) {
      const job = new NativeJob({ ...segment, tables: [matrix] }, { library: native, threads: 1 })
      await expect(job.check()).rejects.toMatchObject({ code: 'INTERNAL' })
    }
  })

  test('a check that is given up', async () => {
    for (const ms of [0, 5]) {
      const signal = ms === 0 ? AbortSignal.abort() : AbortSignal.timeout(ms)
      await expect(check(segment, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    }
  })
})
