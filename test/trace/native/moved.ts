/** Tests that what is filled from files, all at once or fragment by fragment, is what is filled where it was recorded. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { airSetDigest } from '../../../src/air/digest.ts'
import { fragmentsOf, recordingOf, type KeptFragment } from '../../../src/archive/fragment-list.ts'
import { fragmentsIn, writeFragments, type RecordedSegment } from '../../../src/archive/fragments.ts'
import { readArchive } from '../../../src/archive/read.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { u64 } from '../../../src/index.ts'
import { cut } from '../../../src/trace/native/cut.ts'
import { EngineGuest, type TraceEngine } from '../../../src/trace/native/engine.ts'
import { fill } from '../../../src/trace/native/fill.ts'
import { FragmentTable } from '../../../src/trace/native/fragments.ts'
import { fixture } from '../../run/support.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { planOf, replay } from './replayed.ts'

const isSame = (a: Uint32Array, b: Uint32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** On a guest of the engine's width. */
export function testMoved(engine: TraceEngine, xlen: Xlen): void {
  const { set } = engine
  const directory = mkdtempSync(join(tmpdir(), 'rvr-moved-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const elf = readFileSync(fixture('fibonacci', xlen))
  const options = { inputs: [u64(20)] }
  const instructions = lengthOf(standingAt(elf, options), 1e5)
  const { image, segment } = record(set, standingAt(elf, options), { instructions, piece: 97 })
  const { abi } = standingAt(image)
  const machine = airSetDigest(set)
  const run = { index: 0, instretStart: 0, instructions, exitCode: 0 }
  const origin = { ...run, xlen, guest: image.digest, machine, abi: abi.digest }

  /** Through a file. */
  async function moved(recording: RecordedSegment, isPart = false): Promise<RecordedSegment> {
    const path = await writeFragments(join(directory, 'fragments'), recording)
    const archive = await readArchive(path, { content: 'fragments' })
    return fragmentsIn(archive, { ...origin, airs: set.airs.length, isPart })
  }

  let guest: EngineGuest
  beforeAll(() => {
    guest = new EngineGuest(engine, { image, abi })
  })
  afterAll(() => guest[Symbol.dispose]())

  test('pieces, as they were recorded', async () => {
    const there = await moved({ origin, ...segment })
    expect((await replay(engine, image, there, { length: 31 })).digest).toBe(
      (await replay(engine, image, segment)).digest,
    )
  })

  test('fragments, all in one file or each in its own', async () => {
    const { fragments: table, rows } = await cut(guest, segment, { length: 17 })
    const plan = planOf(engine, rows)
    const filled = async (...lists: (readonly KeptFragment[])[]): Promise<Uint32Array> => {
      const cells = new Uint32Array(plan.cells)
      // Without the stitch: first accesses of a fragment are as if they were the first of all.
      for (const list of lists) (await fill(guest, FragmentTable.of(set, list), { plan, cells }))[Symbol.dispose]()
      return cells
    }
    const here = Array.from({ length: table.count }, (_, index) => table.fragment(index))
    expect(here.length).toBeGreaterThan(5)
    const wanted = await filled(here)
    expect(wanted.some(cell => cell !== 0)).toBe(true)
    const whole = fragmentsOf(await moved({ origin, ...recordingOf(here) }))!
    expect(whole).toEqual(here)
    expect(isSame(await filled(whole), wanted)).toBe(true)
    const apart: KeptFragment[] = []
    for (const each of here) {
      const [back] = fragmentsOf(await moved({ origin, ...recordingOf([each]) }, true))!
      apart.unshift(back!)
    }
    expect(isSame(await filled(...apart.map(each => [each])), wanted)).toBe(true)
  })
}
