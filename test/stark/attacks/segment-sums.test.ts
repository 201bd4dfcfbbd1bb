/** Forged sums of a real segment: numbers in a proof that is right, and a prover that makes up for a message too many. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { P } from '../../../src/air/field.ts'
import { parseArchive } from '../../../src/archive/read.ts'
import { encodeArchive } from '../../../src/archive/write.ts'
import { Rvr } from '../../../src/index.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { everything, segmentsOf } from '../../trace/check/honest.ts'
import { minus, plus, ZERO, type K } from '../slow/extension.ts'
import { readKey } from '../slow/key.ts'
import { prove, type Witness } from '../slow/prove.ts'
import { realRun, withDerived, type RealRun } from './real-segments.ts'
import { shortened } from './short-segments.ts'

const rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
afterAll(() => rvr.dispose())

/** The slow prover takes a minute for a whole segment. */
describe.runIf(isExhaustive).each([32, 64] as const)('RV%i', xlen => {
  let honest: SegmentTables
  let run: RealRun
  beforeAll(async () => {
    ;[honest] = shortened(await segmentsOf(rvr, everything(xlen, 5))) as [SegmentTables]
    run = await realRun(honest)
  }, 600_000)

  const rowsOf = (cells: Uint32Array, width: number): number[][] =>
    Array.from({ length: cells.length / width }, (_, row) => [...cells.subarray(row * width, (row + 1) * width)])

  /** What the slow prover takes: derived columns are among the others. */
  function witnessOf(segment: SegmentTables): Witness {
    const { set, columns } = run.system
    const main: Witness['main'][number][] = []
    const fixed: Witness['fixed'][number][] = []
    for (const [air, { columns: names }] of set.airs.entries()) {
      const matrix = segment.tables.find(each => each.air === set.airs[air])
      const all = matrix && rowsOf(matrix.cells, names.length)
      const { main: own, fixed: committed, derived } = columns[air]!
      const picked = (places: Uint32Array) => all?.map(row => [...places].map(place => row[place]!))
      fixed.push(committed.length === 0 ? undefined : picked(committed))
      if (matrix === undefined || derived.length === 0) main.push(picked(own))
      else {
        const table = { air, cells: matrix.cells, stride: names.length, columns: own, derived }
        const whole = withDerived(run, { ...table, logHeight: Math.log2(matrix.height) }, [0, 0, 0])
        main.push(rowsOf(whole.cells, whole.stride))
      }
    }
    const publics = set.airs.flatMap(air => segment.publics.get(air) ?? air.publics.map(() => 0))
    return { main, fixed, publics }
  }

  /** A lookup that nobody asks for is counted once more. */
  function withOneMore(): SegmentTables {
    const matrix = honest.tables.find(({ air }) => air.name === 'RangeTuple')!
    const cells = matrix.cells.slice()
    cells[matrix.air.columns.indexOf('count')]! += 1
    return { ...honest, tables: honest.tables.map(each => (each === matrix ? { ...matrix, cells } : each)) }
  }

  async function expectVerdict(proof: Uint8Array, verdict: string): Promise<void> {
    expect([await run.verdict(proof), run.slowVerdict(proof)]).toEqual([verdict, verdict])
  }

  test('the slow prover makes the same proof', { timeout: 1_200_000 }, async () => {
    const proof = prove(readKey(run.key), witnessOf(honest))
    expect(Buffer.compare(proof, await run.proof(honest))).toBe(0)
  })

  test('sums that make up for a message too many', { timeout: 1_200_000 }, async () => {
    const key = readKey(run.key)
    const witness = witnessOf(withOneMore())
    await expectVerdict(await run.proof(withOneMore()), 'sums')
    const total = (sums: readonly K[]): K => sums.reduce((sum, each) => plus(sum, each), ZERO)
    const balanced = prove(key, witness, { busSums: sums => sums.with(0, minus(sums[0]!, total(sums))) })
    await expectVerdict(balanced, 'constraints')
    await expectVerdict(prove(key, witnessOf(honest), { busSums: sums => sums.map(() => ZERO) }), 'constraints')
  })

  test('sums that are changed in a proof that is right', { timeout: 600_000 }, async () => {
    const proof = await run.proof(honest)
    const archive = await parseArchive(proof, { file: 'proof' })
    const withSums = (change: (sums: Uint32Array) => void): Promise<Uint8Array> => {
      const parts = new Map(archive.sections.map(({ kind }) => [kind, [archive.view(kind)]]))
      const sums = archive.words(0x105).slice()
      change(sums)
      parts.set(0x105, [new Uint8Array(sums.buffer)])
      return encodeArchive({ content: 'proof', sections: parts })
    }
    const count = archive.words(0x105).length
    for (let at = 0; at < count; at++) {
      const add = (sums: Uint32Array, place: number, by: number): void =>
        void (sums[place % count] = (sums[place % count]! + by) % P)
      await expectVerdict(await withSums(sums => add(sums, at, 1)), 'sums')
      const cancelling = await withSums(sums => {
        add(sums, at, 1)
        add(sums, at + 4, P - 1)
      })
      await expectVerdict(cancelling, 'constraints')
    }
  })
})
