/** Recorded segments as archives: back as they were; places that contradict each other are refused. */
import { expect, test } from 'vitest'
import { fragmentsContent, fragmentsIn, type RecordedSegment } from '../../src/archive/fragments.ts'
import { parseArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { recorded, set } from './samples.ts'

const again = async (segment: RecordedSegment): Promise<RecordedSegment> => {
  const archive = await parseArchive(await encodeArchive(fragmentsContent(segment)), { file: 'x' }, true)
  return fragmentsIn(archive, set.airs.length, { guest: segment.origin.guest })
}

test('what is read is what was written', async () => {
  expect(await again(recorded)).toEqual(recorded)
  const uncounted = {
    ...recorded,
    memory: undefined,
    pieces: recorded.pieces.map(piece => ({ ...piece, ts: 0, rows: undefined })),
    end: { ...recorded.end, ts: 0 },
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
  ['stands still', { pieces: [first!, { ...second!, instret: 1000 }, third!] }],
  ['goes backwards in time', { pieces: [first!, { ...second!, ts: 0 }, third!] }],
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
