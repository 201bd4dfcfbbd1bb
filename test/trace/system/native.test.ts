/** Tables of the machine that C fills are those that JavaScript does, cell by cell, and the mock prover accepts them. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { P } from '../../../src/air/field.ts'
import { shippedAirs } from '../../../src/air/load.ts'
import { checkSegment } from '../../../src/trace/check/check.ts'
import { NativeTree, type TreeOptions } from '../../../src/trace/native/system.ts'
import { SegmentFiller, type SegmentTables } from '../../../src/trace/segment.ts'
import type { Standing } from '../../../src/trace/steps.ts'
import { airsOf } from '../../../src/trace/system/airs.ts'
import { RowHasher } from '../../../src/trace/system/hash.ts'
import { DATA, fixture, program } from '../../run/support.ts'
import { u64 } from '../../../src/index.ts'
import { randomSource } from '../../support/random.ts'
import {
  compilers,
  countedTablesOf,
  expectSame,
  guestAt,
  heldBy,
  memoryTablesOf,
  OLD_CPU,
  systemLibrary,
  touchedBy,
} from './support.ts'

const WORK: TreeOptions = { threads: 2, maxBytes: 2 ** 30 }

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = shippedAirs(xlen)
  const { hash, hashBus } = airsOf(set)
  const library = systemLibrary(xlen)!

  /** Both sides, segment after segment; the last one is checked as a whole. */
  async function compare(standing: Standing, segments: readonly number[]): Promise<void> {
    const { image, abi } = standing
    const filler = new SegmentFiller(set, standing)
    using tree = await NativeTree.create(library, heldBy(standing), WORK)
    const done: SegmentTables[] = []
    for (const [index, instructions] of segments.entries()) {
      const executed = await filler.execute(instructions)
      using plan = await tree.pass(touchedBy(executed.memory), heldBy(standing), WORK)
      const wanted = filler.tables(executed)
      const roots = wanted.publics.get(airsOf(set).merkle)
      expect([index, ...plan.rootBefore, ...plan.rootAfter]).toEqual([index, ...roots!])
      const made = [...(await memoryTablesOf(plan, set, WORK)), ...(await countedTablesOf(library, wanted, WORK))]
      for (const matrix of made) {
        const name = `${matrix.air.name} of segment ${index}`
        expectSame(
          name,
          wanted.tables.find(({ air }) => air === matrix.air)!,
          matrix,
        )
      }
      const tables = wanted.tables.map(matrix => made.find(({ air }) => air === matrix.air) ?? matrix)
      const native = { ...wanted, tables }
      if (index === segments.length - 1) {
        const before = done.at(-1)
        const found = await checkSegment(native, { guest: { image, abi }, before })
        expect([index, found]).toEqual([index, expect.objectContaining({ passed: true, failureCount: 0 })])
      }
      done.push(native)
    }
  }

  describe.each([...compilers.map(compiler => [compiler, 'native'] as const), ['gcc', OLD_CPU] as const])(
    'the hash by %s for %s',
    (compiler, cpu) => {
      const compiled = systemLibrary(xlen, compiler, cpu)

      test.skipIf(compiled === undefined)("its rows are what the AIR's constraints make of an input", () => {
        const hasher = new RowHasher(hash, hashBus)
        const random = randomSource(xlen)
        const corners = [0, 1, P - 1, 0xffff]
        const cell = (): number => (random(4) === 0 ? corners[random(4)]! : random(P))
        const count = 21
        const inputs = Uint32Array.from({ length: 16 * count }, cell)
        const counts = Uint32Array.from({ length: count }, () => random(100))
        const rows = new Uint32Array(count * hash.columns.length)
        compiled!.rvr_hash_rows(inputs, counts, count, rows)
        for (let row = 0; row < count; row++) {
          const wanted = hasher.row(inputs.subarray(16 * row, 16 * row + 16)).slice()
          wanted[hash.columns.indexOf('mark')] = 1
          wanted[hash.columns.indexOf('count')] = counts[row]!
          expect([row, ...rows.subarray(row * wanted.length, (row + 1) * wanted.length)]).toEqual([row, ...wanted])
        }
      })
    },
  )

  test('fibonacci, in segments that begin and end anywhere', async () => {
    const elf = readFileSync(fixture('fibonacci', xlen))
    await compare(guestAt(xlen, elf, { inputs: [u64(300)] }), [1, 200, 37])
  })

  test('a segment in which nothing is touched, the first and a later one', async () => {
    const elf = program(xlen, code => {
      code.label('start').op('jal', { rd: 'zero', target: 'next' }).label('next')
      code.op('addi', { rd: 't0', rs1: 't0', imm: 5 }).op('jal', { rd: 'zero', target: 'start' })
    })
    await compare(guestAt(xlen, elf), [1, 2])
  })

  test('public values, registers that were read alone, memory that is written and put back', async () => {
    const elf = program(xlen, code => {
      code.li('gp', DATA).li('t0', 77).li('t1', 8)
      code.op('sw', { rs1: 'gp', rs2: 't0', imm: 12 }).op('sw', { rs1: 'gp', rs2: 'zero', imm: 12 })
      code.op('reveal', { rd: 't1', rs1: 't0' }).op('lw', { rd: 't2', rs1: 'gp', imm: 4 })
      code
        .li('t3', 1 << 28)
        .op('sw', { rs1: 't3', rs2: 't0' })
        .op('reveal', { rd: 'zero', rs1: 't3' })
      code.op('sb', { rs1: 't3', rs2: 't0', imm: -1 }).op('terminate', { imm: 0 })
    })
    await compare(guestAt(xlen, elf), [5, 4, 3])
  })
})
