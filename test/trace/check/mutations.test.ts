/** The mock prover notices what is changed in honest traces, and says where. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rvr, u64, type Failure, type SegmentTrace } from '../../../src/index.ts'
import { fixtures } from '../../metering/guests.ts'
import { planned } from '../support.ts'
import { sample } from '../../support/exhaustive.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

const P = 2013265921

describe.each([32, 64] as const)('RV%i', xlen => {
  let segment: SegmentTrace
  beforeAll(async () => {
    const fibonacci = fixtures(xlen).find(({ name }) => name === 'fibonacci')!
    const { run } = await planned(rvr, fibonacci, { inputs: [u64(4)] })
    for await (const each of run.traces({ filler: 'reference' })) segment = each
  })

  /** Failures while a cell holds another value. */
  async function changed(table: string, row: number, column: string, value: (before: number) => number) {
    const { columns, cells } = segment.matrix(table)
    const at = row * columns.length + columns.indexOf(column)
    expect(columns).toContain(column)
    const before = cells[at]!
    cells[at] = value(before)
    const found = await segment.check()
    cells[at] = before
    return found
  }
  const next = (value: number): number => (value + 1) % P
  const add = xlen === 64 ? 'AddI' : 'BaseAlu'
  const dirty = xlen === 64 ? 'new_hash[0]' : 'hash[0]'

  const changes = [
    [add, 1, 'z[0]'],
    [add, 0, 'rs1'],
    [add, 2, 'ts'],
    [add, 0, 'gap1[0]'],
    ['BranchEqual', 1, 'taken'],
    ['VmConnector', 1, 'ts'],
    ['VmConnector', 1, 'code'],
    ['Program', 0, 'count'],
    ['PersistentBoundary', 0, dirty],
    ['MemoryMerkle', 0, 'hash[3]'],
    ['MemoryMerkle', 20, 'left[0]'],
    ['Poseidon2Periphery', 0, 'count'],
    ['Poseidon2Periphery', 1, 'post[3][4]'],
    ['VariableRangeChecker', 7, 'count'],
    ['VariableRangeChecker', 100_000, 'value'],
    ['BitwiseLookup', 300, 'count_range'],
    ['RangeTuple', 5000, 'count'],
  ] as const

  test.each(sample(changes, xlen / 32, 3))('%s, row %i, %s', async (table, row, column) => {
    expect((await changed(table, row, column, next)).passed).toBe(false)
  })

  test('a broken constraint is named with its instruction and columns', async () => {
    const { failures } = await changed(add, 1, 'z[0]', next)
    const broken = failures.find((each): each is Failure & { kind: 'constraint' } => each.kind === 'constraint')!
    expect(broken).toMatchObject({ air: add, row: 1 })
    expect(broken.instruction!.pc).toBe(segment.matrix(add).cells[segment.matrix(add).columns.length])
    expect(broken.instruction!.text).toMatch(/^\w+ /)
    expect(broken.columns.map(({ name }) => name)).toContain('z[0]')
  })

  test('a message that nobody answers is named with those who say it', async () => {
    const { failures, failureCount } = await changed(add, 0, 'ts', next)
    const left = failures.find((each): each is Failure & { kind: 'message' } => each.kind === 'message')!
    expect(left.parties[0]).toMatchObject({ air: expect.any(String), row: expect.any(Number) })
    expect(failures.length).toBeLessThanOrEqual(10)
    expect(failureCount).toBeGreaterThanOrEqual(failures.length)
  })

  test('a cell that is no field element', async () => {
    const { passed, failures } = await changed(add, 0, 'ts', value => value + P)
    expect(passed).toBe(false)
    expect(failures).toEqual([expect.objectContaining({ kind: 'cell', air: add, row: 0, column: 'ts' })])
  })

  test('a check that is given up', async () => {
    const controller = new AbortController()
    const checking = segment.check({ signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(checking).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('rows that are zeroed, doubled or exchanged', async () => {
    const { columns, cells } = segment.matrix(add)
    const width = columns.length
    const honest = cells.slice()
    const [first, second] = [honest.slice(0, width), honest.slice(width, 2 * width)]
    const padding = cells.length - width
    for (const [at, row] of [
      [0, new Uint32Array(width)],
      [padding, first],
      [0, second],
    ] as const) {
      cells.set(row, at)
      expect([at, (await segment.check()).passed]).toEqual([at, false])
      cells.set(honest)
    }
    // In what order instructions stand makes no difference.
    cells.set(second, 0)
    cells.set(first, width)
    expect((await segment.check()).passed).toBe(true)
    cells.set(honest)
    expect((await segment.check()).passed).toBe(true)
  })
})
