/** Archives as files: nothing half-written, nothing read in vain, errors that say where. */
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseArchive, readArchive } from '../../src/archive/read.ts'
import { segmentContent } from '../../src/archive/segment.ts'
import { encodeArchive, writeArchive } from '../../src/archive/write.ts'
import { sparseFiles } from './fuzz/sparse.ts'
import { facts, samples, segment, vector } from './samples.ts'

let directory: string
const at = (name: string): string => join(directory, name)
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-archive-'))
})
afterAll(() => rm(directory, { recursive: true }))

const GiB = 2 ** 30

test('written to a file, it is what it is in memory, and is read from there', async () => {
  const content = segmentContent(segment, facts)
  expect(await writeArchive(at('segment'), content)).toBe(at('segment'))
  const bytes = await encodeArchive(content)
  expect(Buffer.compare(await readFile(at('segment')), bytes)).toBe(0)
  const archive = await readArchive(at('segment'))
  expect(archive).toMatchObject({ file: at('segment'), content: 'segment', bytes: bytes.length })
  expect(archive.digest).toBe((await readArchive(bytes)).digest)
  expect(archive.words(0x304)).toEqual(Uint32Array.of(5, 2))
  expect(() => archive.view(0x101)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('a file that cannot be written whole is not there', async () => {
  const content = segmentContent(segment, facts)
  const signal = AbortSignal.abort()
  await expect(writeArchive(at('never'), content, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  expect(await readdir(directory)).not.toContain('never')
  await writeFile(at('plain'), 'x')
  await expect(writeArchive(at('plain/below'), content)).rejects.toMatchObject({ code: 'IO' })
  expect((await readdir(directory)).filter(name => name.startsWith('.'))).toEqual([])
})

test('more than an archive holds is refused before it is hashed', async () => {
  // The same gigabyte, which nobody ever touches, five times.
  const cells = new Uint32Array(GiB / 4)
  const sections = new Map([[0x302, [cells, cells, cells, cells, cells]]])
  await expect(encodeArchive({ content: 'traces', sections })).rejects.toMatchObject({ code: 'USAGE' })
})

test('what is written to while it is saved leaves no file', async () => {
  const cells = new Uint32Array(1000)
  const content = { content: 'traces', sections: new Map([[0x302, [cells]]]) } as const
  expect(await writeArchive(at('still'), content, { isLive: true })).toBe(at('still'))
  expect((await readArchive(at('still'))).words(0x302)).toEqual(cells)
  const writing = writeArchive(at('moved'), content, { isLive: true })
  // Behind the digest, and in front of what opens the file.
  setImmediate(() => (cells[999] = 1))
  await expect(writing).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining('being saved') as string })
  expect(await readdir(directory)).not.toContain('moved')
})

test('files that are none', async () => {
  await expect(readArchive(at('nothing'))).rejects.toMatchObject({ code: 'IO' })
  await expect(readArchive(directory)).rejects.toMatchObject({ code: 'IO' })
  await writeFile(at('short'), 'rvrarch1')
  await writeFile(at('text'), 'no archive, but long enough to be one of them if only it began otherwise')
  await expect(readArchive(at('short'))).rejects.toMatchObject({ details: { layer: 0, what: 'length' } })
  await expect(readArchive(at('text'))).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
    message: `archive ${at('text')}: it is none: it does not begin as archives do`,
    hint: 'Give the path of an archive that rvr wrote.',
    details: { file: at('text'), layer: 1, what: 'magic', offset: 0 },
  })
  await writeFile(at('proof'), vector('squares.test.proof'))
  await expect(readArchive(at('proof'), { content: 'vkey' })).rejects.toMatchObject({
    message: `archive ${at('proof')}: its content is proof, wanted vkey`,
    details: { layer: 1, what: 'content', offset: 12, found: 'proof', wanted: 'vkey' },
  })
})

test('damage is named with its place', async () => {
  const bytes = vector('squares.traces')
  bytes[64 + 32 + 9] = 0
  await expect(parseArchive(bytes, { file: 'x' })).rejects.toMatchObject({
    message: 'archive x: the offset of section 0x302 (cells) in its table is 0, wanted 256',
    details: { file: 'x', layer: 2, what: 'offset', section: '0x302', offset: 104, found: 0, wanted: 256 },
  })
})

test('17: sparse files, of 4 GiB and of more, take no memory', async () => {
  const before = process.memoryUsage()
  for (const sample of await samples())
    for (const { name, length, layer, what, write } of sparseFiles(sample)) {
      const path = at(`${sample.name}-${name}`)
      await write(path)
      expect((await stat(path)).size).toBe(length)
      const { content } = sample
      await expect(readArchive(path, { content }), `${sample.name}, ${name}`).rejects.toMatchObject({
        code: 'ARCHIVE_INVALID',
        details: { layer, what },
      })
      await rm(path)
    }
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 << 20)
})

test('a pipe is read until it is no archive, and an archive from one is read', async () => {
  const { execFileSync } = await import('node:child_process')
  execFileSync('mkfifo', [at('fifo')])
  const write = async (bytes: Uint8Array): Promise<void> => {
    await using file = await open(at('fifo'), 'w')
    await file.write(bytes)
  }
  const [archive] = await Promise.all([readArchive(at('fifo')), write(vector('squares.traces'))])
  expect(archive.content).toBe('traces')
})
