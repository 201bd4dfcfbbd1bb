/** Recorded segments as archives: back as they were; places that contradict each other are refused. */
import { expect, test } from 'vitest'
import { fragmentsContent, fragmentsIn, type RecordedSegment } from '../../src/archive/fragments.ts'
import { parseArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { fragmentsOf, recordingOf } from '../../src/archive/fragment-list.ts'
import { recorded, set } from './samples.ts'

const again = async (segment: RecordedSegment, isPart = false): Promise<RecordedSegment> => {
  const archive = await parseArchive(await encodeArchive(fragmentsContent(segment)), { file: 'x' }, true)
  return fragmentsIn(archive, { airs: set.airs.length, guest: segment.origin.guest, isPart })
}

test('what is read is what was written', async () => {
  expect(await again(recorded)).toEqual(recorded)
  const uncounted = {
    ...recorded,
    memory: undefined,
    rowsInFront: undefined,
    pieces: recorded.pieces.map(piece => ({ ...piece, ts: undefined, rows: undefined })),
    end: { ...recorded.end, ts: undefined },
  }
  expect(await again(uncounted)).toEqual(uncounted)
})

test('words of RV32 have 32 bits', async () => {
  const x = new BigUint64Array(32).fill(2n ** 32n - 1n, 1)
  const rv32: RecordedSegment = {
    ...recorded,
    origin: { ...recorded.origin, xlen: 32, exitCode: undefined },
    pieces: recorded.pieces.map((piece, index) => ({ ...piece, x, words: Uint32Array.of(index, 2 ** 32 - 1, 3) })),
    end: { ...recorded.end, x },
  }
  expect(await again(rv32)).toEqual(rv32)
  const high = { ...rv32, end: { ...rv32.end, x: x.with(5, 2n ** 32n) } }
  await expect(again(high)).rejects.toMatchObject({ details: { layer: 4, what: 'value', section: '0x604' } })
})

const [first, second, third] = recorded.pieces

test.each<[string, Partial<RecordedSegment>]>([
  ['does not begin where the segment does', { pieces: [{ ...first!, instret: 1001 }, second!, third!] }],
  ['does not end where the segment does', { end: { ...recorded.end, instret: 1022 } }],
  ['goes backwards', { pieces: [first!, { ...second!, instret: 999 }, third!] }],
  ['goes backwards in time', { pieces: [first!, { ...second!, ts: 0 }, third!] }],
  ['ends behind itself', { pieces: [first!, second!, { ...third!, instret: 1022 }] }],
  ['has rows in front of one AIR alone', { rowsInFront: [1] }],
  ['is at no instruction', { pieces: [first!, { ...second!, pc: 4138 }, third!] }],
  ['is behind the last address', { end: { ...recorded.end, pc: 2 ** 32 } }],
  ['has something in x0', { end: { ...recorded.end, x: recorded.end.x.with(0, 1n) } }],
  ['has no pieces', { pieces: [] }],
  ['has rows of some pieces alone', { pieces: [first!, { ...second!, rows: undefined }, third!] }],
  ['has pages out of order', { memory: { ...recorded.memory!, numbers: [4, 4] } }],
  ['has a page behind the last', { memory: { ...recorded.memory!, numbers: [4, 2 ** 20] } }],
  ['has public values and no memory', { memory: { ...recorded.memory!, numbers: [], pages: new Uint8Array() } }],
  ['has no instructions', { origin: { ...recorded.origin, instructions: 0 } }],
  ['is of a third width', { origin: { ...recorded.origin, xlen: 128 as 64 } }],
  ['has a tape of half words', { pieces: [{ ...first!, words: Uint32Array.of(1) }, second!, third!] }],
])('a segment that %s', async (_, change) => {
  await expect(again({ ...recorded, ...change })).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})

test('fragments go each into a file of its own, and are the same again', async () => {
  const fragments = fragmentsOf(recorded)!
  expect(fragments.map(({ firstRows }) => firstRows)).toEqual([
    [0, 0, 0],
    [0, 2, 3],
    [1, 4, 6],
  ])
  expect(fragmentsOf(await again({ ...recorded, ...recordingOf(fragments) }))).toEqual(fragments)
  for (const fragment of fragments) {
    const part = { origin: recorded.origin, ...recordingOf([fragment]), memory: undefined }
    expect(fragmentsOf(await again(part, true))).toEqual([fragment])
    await expect(again(part)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  }
  expect(fragmentsOf({ ...recorded, rowsInFront: undefined })).toBeUndefined()
  expect(fragmentsOf({ ...recorded, end: { ...recorded.end, ts: undefined } })).toBeUndefined()
})
