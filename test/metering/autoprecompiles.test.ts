/** Rows of autoprecompiles: both engines, by both compilers, count what the plain model counts, wherever runs stop. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr, type Artifact, type Guest } from '../../src/index.ts'
import { quickly, widths } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { assembled, fixtures, kernel, load, randomCases, type Subject } from './guests.ts'
import { withBlocks } from './blocks.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits, type Piece } from './support.ts'

const rvrs: Rvr[] = []
beforeAll(async () => {
  rvrs.push(await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() }))
  rvrs.push(await Rvr.create({ cacheDir: inject('sharedCache'), cc: 'gcc' }))
})
afterAll(async () => {
  for (const rvr of rvrs) await rvr.dispose()
})

const MOST = 8_000

const subjects = widths.flatMap((xlen): Subject[] => [
  ...fixtures(xlen).filter(({ name }) =>
    (isExhaustive ? ['fibonacci', 'traps'] : [xlen === 64 ? 'fibonacci' : 'traps']).includes(name),
  ),
  assembled(xlen)[xlen === 64 ? 0 : 1]!,
  kernel(xlen, xlen === 64 ? 'sort' : 'recursion'),
  randomCases(xlen, 90 + xlen, 6),
])

/** Cells of the rows that instructions and blocks of them add. */
const cellsOf = (pieces: readonly Piece[], { machine: { chips } }: Guest): bigint =>
  pieces.reduce(
    (sum, { heights }) =>
      chips.reduce(
        (cells, { operations, width }, chip) =>
          operations === undefined ? cells : cells + BigInt(width) * BigInt(heights[chip]!),
        sum,
      ),
    0n,
  )

const seen = { reasons: new Set<string>(), blockRows: 0 }

test.each(subjects)('RV$xlen $name', async subject => {
  const turn = subjects.indexOf(subject)
  const options = { ...subject.options, maxInstructions: MOST }
  const plain = await load(rvrs[0]!, subject)
  const machine = await withBlocks(plain, options, {
    seed: turn,
    most: [3, 12, 100][turn % 3]!,
    widest: [8, 60][turn % 2]!,
  })
  const guest = await load(rvrs[0]!, subject, machine)
  const traced = trace(guest, options)
  const floor = floorLimits(guest, traced)
  const ofBlocks = machine.autoprecompiles!.list.map(({ chip }) => machine.chips.findIndex(({ name }) => name === chip))
  const engines: [who: string, guest: Guest][] = [['native code', guest]]
  if (turn % 3 === 0) engines.push(['native code by gcc', await load(rvrs[1]!, subject, machine)])
  const artifacts: [who: string, artifact: Artifact][] = [['reference', guest.interpret('metered')]]
  for (const [who, by] of engines) artifacts.push([who, await by.compile('metered')])
  const limits: Limits[] = [
    {},
    { maxTraceHeight: 256 },
    { maxInteractions: floor.maxInteractions + 30_000 },
    { maxMemoryBytes: floor.maxMemoryBytes + 700_000 },
  ]
  for (const segmentLimits of [limits[0]!, ...sample(limits, turn)]) {
    const wanted = plainPieces(guest, traced, segmentLimits)
    for (const { reason, heights } of wanted) {
      seen.reasons.add(reason)
      for (const chip of ofBlocks) seen.blockRows += heights[chip]!
    }
    for (const [who, artifact] of artifacts) {
      using run = await artifact.execute({ ...options, segmentLimits })
      expect(run.instret).toBe(BigInt(traced.instructions))
      expectPieces(piecesOf(run), wanted, guest, `${who}, ${JSON.stringify(segmentLimits)}`)
      expect(run.cost).toBe(cellsOf(wanted, guest))
    }
  }
  const cost = cellsOf(plainPieces(guest, traced), guest)
  for (const mode of sample(['metered-cost', 'profile'] as const, turn)) {
    for (const [who, by] of engines) {
      for (const artifact of [by.interpret(mode), await by.compile(mode)]) {
        using run = await artifact.execute(options)
        expect([run.instret, run.cost], `${mode}, ${who}`).toEqual([BigInt(traced.instructions), cost])
        if (mode === 'metered-cost') continue
        for (const entries of [run.profile!.functions, run.profile!.opcodes])
          expect(entries.reduce((sum, { cells }) => sum + cells, 0)).toBe(Number(cost))
      }
    }
  }
})

test('blocks had rows, and every limit has cut', () => {
  expect([...seen.reasons].toSorted()).toEqual(
    expect.arrayContaining(['end', 'interactions', 'memory', 'open', 'trace-height', 'trap']),
  )
  expect(seen.blockRows).toBeGreaterThan(1000)
})
