/** Recordings that are no segment as it was planned: shorter, of another guest, with more rows or tape than there may be. */
import { describe, expect, inject, test } from 'vitest'
import { Rvr } from '../../../src/index.ts'
import { NativeTraceFiller, type Recorded } from '../../../src/sdk/traces/native-filler.ts'
import type { PlannedSegment } from '../../../src/sdk/traces/filler.ts'
import { cut } from '../../../src/trace/native/cut.ts'
import { EngineGuest } from '../../../src/trace/native/engine.ts'
import { errorOf, program, quickly, TEXT } from '../../run/support.ts'
import { engineChoices, engineFor } from './engines.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { transfers } from './subjects.ts'

const MOST_ROWS = 2 ** 24

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)
  const elf = transfers(xlen)
  const instructions = lengthOf(standingAt(elf), 1e5)
  const planned: PlannedSegment = { index: 7, instretStart: 0, instructions, heights: [] }

  /** What becomes of a segment of which something else was recorded. */
  async function refused(change: Partial<Recorded>): Promise<unknown> {
    const standing = standingAt(elf)
    const { segment } = record(engine.set, standing, { instructions })
    const pieces = segment.pieces as Recorded['pieces']
    const recorded = { exitCode: undefined, isFull: false, instret: instructions, pieces, ...change }
    const recorder = { standing, record: async () => recorded, [Symbol.dispose]: () => {} }
    const tracing = { engine, recorder, threads: 1, fragment: undefined, maxBytes: 2 ** 31, events: () => {} }
    using filler = await NativeTraceFiller.begin(tracing, undefined)
    return errorOf(filler.fill(planned, undefined))
  }

  test('a run that ends elsewhere than the segment does', async () => {
    for (const instret of [instructions - 1, instructions + 1])
      expect(await refused({ instret })).toMatchObject({
        code: 'DIVERGED',
        details: { segment: 7, instret, wanted: instructions },
      })
  })

  test('a tape that takes more than it may', async () => {
    expect(await refused({ isFull: true })).toMatchObject({ code: 'USAGE', details: { segment: 7, limit: 2 ** 30 } })
  })

  test('more rows than a table has', async () => {
    const { image, abi, hart } = standingAt(
      program(xlen, code =>
        code
          .label('loop')
          .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
          .op('beq', { rs1: 0, rs2: 0, target: 'loop' })
          .op('terminate'),
      ),
    )
    const endless = (rows: number) => {
      const x = hart.x.slice()
      const words = xlen === 64 ? new BigUint64Array() : new Uint32Array()
      const end = x.slice()
      end[10] = BigInt(rows)
      const start = { instret: 0, pc: TEXT, x }
      return { pieces: [{ ...start, words }], end: { instret: 2 * rows, pc: TEXT, x: end } }
    }
    using guest = new EngineGuest(engine, { image, abi })
    expect((await cut(guest, endless(MOST_ROWS))).rows).toContain(MOST_ROWS)
    expect(await errorOf(cut(guest, endless(MOST_ROWS + 1)))).toMatchObject({
      code: 'UNPROVABLE',
      details: { height: MOST_ROWS + 1, reason: 'height' },
    })
  })
})

test('artifacts that record nothing, or another guest', async () => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
  const guestOf = (imm: number) => rvr.load(program(64, code => code.op('addi', { rd: 'a0', imm }).op('terminate')))
  const [guest, other] = [await guestOf(1), await guestOf(2)]
  const run = await guest.interpret('metered').execute()
  const first = (artifact: ReturnType<typeof guest.interpret>) =>
    errorOf(run.traces({ filler: 'engine', artifact }).next())
  expect(await first(guest.interpret('pure'))).toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/records nothing/) as string,
  })
  expect(await first(other.interpret('preflight'))).toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/another guest/) as string,
  })
})
