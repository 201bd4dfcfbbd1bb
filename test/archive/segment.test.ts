/** Tables of a segment as an archive: back as they were, for the machine and guest that they are of and no other. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { airSetDigest } from '../../src/air/digest.ts'
import { shippedAirs } from '../../src/air/load.ts'
import type { Archive } from '../../src/archive/archive.ts'
import { parseArchive, readArchive } from '../../src/archive/read.ts'
import { segmentContent, segmentIn, writeSegment, type FilledSegment } from '../../src/archive/segment.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { u64 } from '../../src/index.ts'
import { SegmentFiller } from '../../src/trace/segment.ts'
import { fixture } from '../run/support.ts'
import { lengthOf, standingAt } from '../trace/native/recorder.ts'
import { facts, segment, set } from './samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-segment-'))
afterAll(() => rmSync(directory, { recursive: true }))

const archived = async (what: FilledSegment = segment): Promise<Archive> =>
  parseArchive(await encodeArchive(segmentContent(what, facts)), { file: 'x' })

test('what is read is what was written', async () => {
  const { origin, tables, publics } = segmentIn(await archived(), set, { guest: facts.guest, abi: facts.abi, xlen: 64 })
  expect(origin).toEqual({ ...facts, machine: airSetDigest(set) })
  expect(tables).toEqual(segment.tables)
  expect(publics).toEqual(segment.publics)
})

test.each([
  ['guest', { guest: '00'.repeat(32) }, 'Load the very file that was run'],
  ['abi', { abi: '00'.repeat(32) }, 'the configuration and the extensions'],
  ['width', { xlen: 32 }, 'of the other width'],
] as const)('of another %s', async (what, expected, hint) => {
  const archive = await archived()
  expect(() => segmentIn(archive, set, expected)).toThrow(
    expect.objectContaining({
      code: 'ARCHIVE_INVALID',
      hint: expect.stringContaining(hint) as string,
      details: expect.objectContaining({ layer: 5, what, found: expect.anything() as unknown }) as unknown,
    }),
  )
})

test('of another machine', async () => {
  const archive = await archived()
  const wanted = expect.objectContaining({ details: expect.objectContaining({ layer: 5, what: 'machine' }) as unknown })
  expect(() => segmentIn(archive, { ...set, airs: set.airs.toReversed() })).toThrow(wanted as Error)
  expect(() => segmentIn(archive, shippedAirs(64))).toThrow(wanted as Error)
})

test('widths, AIRs and public values are those of the machine', async () => {
  const [add, state] = segment.tables
  const wrong = [
    { ...segment, tables: [{ ...add!, air: set.airs[2]! }, state!] },
    { ...segment, tables: [state!, add!] },
    { ...segment, tables: [add!, add!] },
    { ...segment, tables: [{ ...add!, rows: 9 }, state!] },
    { ...segment, tables: [{ ...add!, cells: add!.cells.with(3, 2013265921) }, state!] },
    { ...segment, publics: new Map([[set.airs[1]!, [1]]]) },
  ]
  for (const each of wrong) {
    const archive = await archived(each)
    expect(() => segmentIn(archive, set)).toThrow(expect.objectContaining({ code: 'ARCHIVE_INVALID' }))
  }
})

test('the digest of AIRs is that of all they say', () => {
  const [rv32, rv64] = [shippedAirs(32), shippedAirs(64)]
  expect(airSetDigest(rv64)).toMatch(/^[0-9a-f]{64}$/)
  expect(airSetDigest(rv64)).not.toBe(airSetDigest(rv32))
  const place = rv64.airs.findIndex(({ constraints }) => constraints.length > 0)
  const [air] = rv64.airs.slice(place)
  const weaker = { ...rv64, airs: rv64.airs.with(place, { ...air!, constraints: air!.constraints.slice(1) }) }
  expect(airSetDigest(weaker)).not.toBe(airSetDigest(rv64))
})

test('all tables of a guest, through a file', async () => {
  const airs = shippedAirs(64)
  const elf = readFileSync(fixture('fibonacci', 64))
  const options = { inputs: [u64(20)] }
  const instructions = lengthOf(standingAt(elf, options), 1e5)
  const standing = standingAt(elf, options)
  const { image, abi } = standing
  const filled = await new SegmentFiller(airs, standing).fill(instructions)
  const run = { index: 0, instretStart: 0, instructions, exitCode: 0 }
  const of = { ...run, xlen: 64, guest: image.digest, abi: abi.digest } as const
  const path = await writeSegment(join(directory, 'segment'), filled, of)
  const { tables, publics, origin } = segmentIn(await readArchive(path), airs, { guest: image.digest })
  const shapes = (list: typeof tables): unknown => list.map(({ air, rows, height }) => [air.name, rows, height])
  const bytes = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)
  expect(shapes(tables)).toEqual(shapes(filled.tables))
  expect(tables.filter(({ cells }, index) => !bytes(cells).equals(bytes(filled.tables[index]!.cells)))).toEqual([])
  expect(publics).toEqual(filled.publics)
  expect(origin).toEqual({ ...of, machine: airSetDigest(airs) })
})
