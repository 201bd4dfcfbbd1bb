/** What is loaded is the file that was checked, whatever happens to its name; another file is another library. */
import { execFileSync } from 'node:child_process'
import { copyFile, link, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNamed } from '../../src/store/open-file.ts'
import { openLibrary } from '../../src/load/identity.ts'
import { libraryFile } from '../../src/load/library-file.ts'
import { loadLibraryFile } from '../../src/load/library.ts'
import { temporaryDirectory } from '../store/sample.ts'

const built = await mkdtemp(join(tmpdir(), 'rvr-library-test-'))
afterAll(() => rm(built, { recursive: true, force: true }))
const library = (floor: number): string => join(built, `${floor}.so`)

beforeAll(async () => {
  for (const floor of [1, 2, 3]) {
    await writeFile(
      join(built, 'unit.c'),
      `long rvr_floor(void) { return ${floor}; }
unsigned long rvr_create(void) { return 0; }
unsigned rvr_run(unsigned long memory) { return 0; }
void rvr_retire(unsigned long memory) {}
void rvr_destroy(unsigned long memory) {}
`,
    )
    execFileSync('cc', ['-shared', '-fPIC', '-o', library(floor), join(built, 'unit.c')])
  }
})

/** A copy of a library: a file of its own. */
async function fresh(floor: number): Promise<{ path: string; directory: string }> {
  const directory = await temporaryDirectory()
  const path = join(directory, 'guest.so')
  await copyFile(library(floor), path)
  return { path, directory }
}

test('another file that takes the name after the check is not the one that is loaded', async () => {
  const { path, directory } = await fresh(1)
  const file = libraryFile(path)
  await copyFile(library(2), join(directory, 'other.so'))
  await rename(join(directory, 'other.so'), path)
  expect(loadLibraryFile(file).floor).toBe(1)
  expect(loadLibraryFile(libraryFile(path)).floor).toBe(2)
  expect(loadLibraryFile(file).floor).toBe(1)
})

test('a file that is gone after the check is loaded and copied all the same', async () => {
  const { path } = await fresh(3)
  const file = libraryFile(path, openNamed(path))
  await rm(path)
  const pieces: Buffer[] = []
  await file.copyTo(async piece => {
    pieces.push(Buffer.from(piece))
  })
  expect(Buffer.concat(pieces)).toEqual(await readFile(library(3)))
  expect(loadLibraryFile(file).floor).toBe(3)
})

test('one file is one library, whichever of its names is used', async () => {
  const { path, directory } = await fresh(1)
  await link(path, join(directory, 'second.so'))
  const first = libraryFile(path)
  const second = libraryFile(join(directory, 'second.so'))
  expect(loadLibraryFile(first)).toBe(loadLibraryFile(second))
  expect(loadLibraryFile(libraryFile(path))).toBe(loadLibraryFile(first))
  expect([first.path, second.path]).toEqual([path, join(directory, 'second.so')])
})

test('a file that was written over in place is another library', async () => {
  const { path } = await fresh(1)
  expect(loadLibraryFile(libraryFile(path)).floor).toBe(1)
  await writeFile(path, await readFile(library(2)))
  const changed = libraryFile(path)
  expect(loadLibraryFile(changed).floor).toBe(2)
  expect(libraryFile(path).name).toBe(changed.name)
})

test('no name of a loaded library is ever used again', async () => {
  const { path } = await fresh(2)
  const loaded = libraryFile(path)
  loadLibraryFile(loaded)
  for (let round = 0; round < 50; round++) {
    const other = await fresh(3)
    expect(libraryFile(other.path).name).not.toBe(loaded.name)
  }
  expect(loadLibraryFile(libraryFile((await fresh(3)).path)).floor).toBe(3)
})

test.each(['/dev/null', '/dev/zero', tmpdir()])('%s is no library', path => {
  expect(() => openLibrary(path)).toThrow(expect.objectContaining({ code: 'IO', details: { path } }))
})

test('a pipe is refused without waiting for a writer', async () => {
  const path = join(await temporaryDirectory(), 'pipe.so')
  execFileSync('mkfifo', [path])
  expect(() => openLibrary(path)).toThrow(expect.objectContaining({ code: 'IO' }))
})

test('a file of terabytes is refused without reading it', async () => {
  const path = join(await temporaryDirectory(), 'huge.so')
  execFileSync('truncate', ['-s', '2T', path])
  expect(() => openLibrary(path)).toThrow(expect.objectContaining({ code: 'ARTIFACT_REFUSED' }))
})
