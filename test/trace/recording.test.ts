/** Recordings of segments, saved and filled again: here, in another process, in parts, damaged, of something else. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { fragmentsIn, writeFragments, type RecordedSegment } from '../../src/archive/fragments.ts'
import { readArchive } from '../../src/archive/read.ts'
import { u64, type Guest, type SegmentTrace } from '../../src/index.ts'
import { fixtures, load } from '../metering/guests.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { errorOf, useRvr, quickly } from '../run/support.ts'
import { randomSource } from '../support/random.ts'
import { planned } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = mkdtempSync(join(tmpdir(), 'rvr-recording-'))
afterAll(() => rmSync(directory, { recursive: true }))

const digestOf = (bytes: Uint8Array | Uint32Array): string => createHash('sha256').update(bytes).digest('hex')
const cellsOf = (trace: SegmentTrace) => trace.chips.map(({ name }) => [name, digestOf(trace.matrix(name).cells)])

/** Segments of a run, their tables and recordings in files. */
describe.each([32, 64] as const)('RV%i', xlen => {
  const subject = fixtures(xlen).find(({ name }) => name === 'fibonacci')!
  const options = { inputs: [u64(400)], segmentLimits: { maxTraceHeight: 1024 } }
  const file = (name: string): string => join(directory, `${xlen}-${name}`)
  let guest: Guest
  const wanted: { readonly cells: unknown; readonly publics: unknown; readonly tables: string }[] = []

  beforeAll(async () => {
    const { run } = await planned(host.rvr, subject, options)
    guest = await load(host.rvr, subject)
    for await (const trace of run.traces({ filler: 'engine' })) {
      using segment = trace
      const { index, publics } = segment
      await segment.save(file(`${index}.segment`))
      await segment.saveRecording(file(`${index}.fragments`))
      await segment.saveRecording(file(`${index}.bare`), { memory: false })
      wanted.push({ cells: cellsOf(segment), publics, tables: digestOf(readFileSync(file(`${index}.segment`))) })
    }
    expect(wanted.length).toBeGreaterThan(1)
  })

  test('all tables, and the same file of them', async () => {
    for (const [index, { cells, publics, tables }] of wanted.entries()) {
      using trace = await guest.fillRecording(file(`${index}.fragments`), { threads: 2, fragment: 100 })
      expect(trace).toMatchObject({ index, filledBy: 'engine', recordMs: undefined, missing: [], publics })
      expect(cellsOf(trace)).toEqual(cells)
      expect(await trace.check()).toMatchObject({ passed: true, failureCount: 0 })
      await trace.save(file('again.segment'))
      expect(digestOf(readFileSync(file('again.segment')))).toBe(tables)
      await trace.saveRecording(file('again.fragments'))
      expect(readFileSync(file('again.fragments')).equals(readFileSync(file(`${index}.fragments`)))).toBe(true)
    }
  })

  test('without memory: all but the tables of memory', async () => {
    using trace = await guest.fillRecording(file('1.bare'))
    expect(trace.missing).toHaveLength(3)
    const cells = wanted[1]!.cells as readonly (readonly [string, string])[]
    expect(cellsOf(trace)).toEqual(cells.filter(([name]) => !trace.missing.includes(name)))
    expect(await errorOf(trace.check())).toMatchObject({ code: 'USAGE', details: { missing: trace.missing } })
    expect(await errorOf(trace.save(file('part.segment')))).toMatchObject({ code: 'USAGE' })
  })

  test.runIf(xlen === 64 || isExhaustive)('in another process', { timeout: 300_000 }, async () => {
    const program = `
      import { createHash } from 'node:crypto'
      import { Rvr } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
      await using rvr = await Rvr.create(JSON.parse(process.argv[1]))
      const guest = await rvr.load(process.argv[2])
      using trace = await guest.fillRecording(process.argv[3])
      const cells = trace.chips.map(({ name }) =>
        [name, createHash('sha256').update(trace.matrix(name).cells).digest('hex')])
      console.log(JSON.stringify(cells))`
    const choices = JSON.stringify({ cacheDir: inject('sharedCache'), ...quickly() })
    const args = [choices, String(subject.elf), file('1.fragments')]
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, ...args])
    expect(JSON.parse(stdout)).toEqual(wanted[1]!.cells)
  })

  const recorded = async (): Promise<RecordedSegment> =>
    fragmentsIn(await readArchive(file('1.fragments'), { content: 'fragments' }))
  const filled = async (content: RecordedSegment): Promise<unknown> => {
    const path = await writeFragments(file('other.fragments'), content)
    return errorOf(guest.fillRecording(path))
  }

  test('a part of a segment is refused', async () => {
    const content = await recorded()
    const { origin, pieces, end } = content
    const first = { ...origin, instructions: origin.instructions + 1 }
    expect(await filled({ ...content, origin: first })).toMatchObject({
      code: 'ARCHIVE_INVALID',
      details: { layer: 3 },
    })
    const later = { ...pieces[0]!, instret: pieces[0]!.instret + 1 }
    const parts = { ...content, pieces: [later, ...pieces.slice(1)], end }
    expect(await filled(parts)).toMatchObject({ code: 'ARCHIVE_INVALID', details: { layer: 4 } })
  })

  test('what it is of', async () => {
    const content = await recorded()
    const { origin } = content
    const other = 'ab'.repeat(32)
    for (const what of ['guest', 'machine', 'abi'] as const)
      expect(await filled({ ...content, origin: { ...origin, [what]: other } })).toMatchObject({
        code: 'ARCHIVE_INVALID',
        details: { layer: 5, what },
      })
    expect(await filled({ ...content, origin: { ...origin, xlen: xlen === 32 ? 64 : 32 } })).toMatchObject({
      code: 'ARCHIVE_INVALID',
    })
    expect(await errorOf(guest.fillRecording(file('1.segment')))).toMatchObject({ code: 'ARCHIVE_INVALID' })
    expect(await errorOf(guest.fillRecording(file('none')))).toMatchObject({ code: 'IO' })
  })

  test('what it says', async () => {
    const content = await recorded()
    const { origin, pieces, end } = content
    const [first] = pieces
    const diverged = { code: 'DIVERGED' }
    const tape = (words: RecordedSegment['pieces'][number]['words']) => ({
      ...content,
      pieces: [{ ...first!, words }, ...pieces.slice(1)],
    })
    const longer = new (first!.words.constructor as Uint32ArrayConstructor)(first!.words.length + 1)
    expect(await filled(tape(longer))).toMatchObject(diverged)
    const x = end.x.slice()
    x[10]! ^= 1n
    expect(await filled({ ...content, end: { ...end, x } })).toMatchObject(diverged)
    expect(await filled({ ...content, origin: { ...origin, exitCode: 3 } })).toMatchObject(diverged)
    const last = fragmentsIn(await readArchive(file(`${wanted.length - 1}.fragments`)))
    const { exitCode } = last.origin
    expect(exitCode).toBe(0)
    for (const code of [undefined, 1])
      expect(await filled({ ...last, origin: { ...last.origin, exitCode: code } })).toMatchObject(diverged)
    // The last segment reveals: its memory is not the one of the segment before.
    const { memory } = fragmentsIn(await readArchive(file('0.fragments')))
    expect(await filled({ ...last, memory })).toMatchObject(diverged)
    const shorter = { ...last.memory!, publicValues: last.memory!.publicValues.slice(0, 1) }
    expect(await filled({ ...last, memory: shorter })).toMatchObject(diverged)
  })

  test('damaged anywhere', async () => {
    const bytes = readFileSync(file('1.fragments'))
    const random = randomSource(xlen)
    for (let round = 0; round < 20; round++) {
      const damaged = Buffer.from(bytes)
      const at = round < 10 ? random(64) : random(bytes.length)
      damaged[at]! ^= 1 << random(8)
      writeFileSync(file('damaged'), round % 2 === 0 ? damaged : bytes.subarray(0, at))
      expect(await errorOf(guest.fillRecording(file('damaged'))), `byte ${at}`).toMatchObject({
        code: 'ARCHIVE_INVALID',
      })
    }
  })

  test('limits', async () => {
    const fill = (given: object) => errorOf(guest.fillRecording(file('1.fragments'), given))
    expect(await fill({ maxMemoryBytes: 1 << 20 })).toMatchObject({ code: 'USAGE', details: { limit: 1 << 20 } })
    expect(await fill({ signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED' })
    for (const threads of [0, 65]) expect(await fill({ threads })).toMatchObject({ code: 'USAGE' })
  })

  test('traces that have been disposed of, or whose guest has gone on', async () => {
    const { run } = await planned(host.rvr, subject, options)
    const kept: SegmentTrace[] = []
    for await (const trace of run.traces({ filler: 'engine' })) kept.push(trace)
    const [first, second] = kept
    expect(await errorOf(first!.saveRecording(file('late')))).toMatchObject({ code: 'USAGE' })
    await first!.saveRecording(file('late'), { memory: false })
    expect(readFileSync(file('late')).equals(readFileSync(file('0.bare')))).toBe(true)
    expect(await first!.check()).toMatchObject({ passed: true })
    const { name } = second!.chips.find(({ rows }) => rows > 100)!
    const { cells } = second!.matrix(name)
    const checked = second!.check()
    second!.dispose()
    expect(await checked).toMatchObject({ passed: true })
    await new Promise(setImmediate)
    expect(cells).toHaveLength(0)
    for (const call of [second!.check(), second!.save(file('x')), second!.saveRecording(file('x'))])
      expect(await errorOf(call)).toMatchObject({ code: 'DISPOSED' })
    expect(() => second!.matrix(name)).toThrowError(expect.objectContaining({ code: 'DISPOSED' }))
    for (const trace of kept) trace.dispose()
  })
})
