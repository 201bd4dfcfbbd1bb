/** Entries as files: what is exported is imported, what is damaged is not. */
import { execFileSync } from 'node:child_process'
import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache, type Cache } from '../../src/store/cache.ts'
import { composeKey, digestBytes, textPart } from '../../src/store/digest.ts'
import { encodeHeader, HEADER_BYTES } from '../../src/store/export-format.ts'
import { entryDirectory, layoutOf } from '../../src/store/layout.ts'
import { recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

const artifact = composeKey('rvr artifact', [textPart('mode', 'pure'), textPart('environment/LANG', undefined)])
const input = composeKey('rvr input', [textPart('mode', 'pure')])
const content = 'not really a library '.repeat(100_000)

async function exported(): Promise<{ cache: Cache; cacheDir: string; directory: string; file: string }> {
  const directory = await temporaryDirectory()
  const file = join(directory, 'entry.rvr')
  const cacheDir = join(directory, 'cache')
  const cache = await openCache({ cacheDir })
  await cache.publish(artifact.key, input.key, await sampleLibrary(directory, content), {
    parts: artifact.parts,
    inputParts: input.parts,
    info: { mode: 'pure', compileMs: 5 },
  })
  await cache.export(artifact.key.slice(0, 10), file)
  return { cache, cacheDir, directory, file }
}

async function other(): Promise<{ cache: Cache; cacheDir: string; warnings: () => string[] }> {
  const { sink, warnings } = recorder()
  const cacheDir = join(await temporaryDirectory(), 'other')
  return { cache: await openCache({ cacheDir }, sink), cacheDir, warnings }
}

describe('an exported entry', () => {
  it('is found in another cache by input key and by key, as it was', async () => {
    const { cache: from, file } = await exported()
    const { cache, warnings } = await other()
    expect(await cache.import(file)).toEqual({
      key: artifact.key,
      inputKey: input.key,
      bytes: content.length,
      info: { mode: 'pure', compileMs: 5 },
      stored: true,
    })
    expect(await cache.lookupInput(input.key)).toBe(artifact.key)
    const found = await cache.lookup(artifact.key)
    const original = await from.lookup(artifact.key)
    expect(await readFile(found!.path, 'utf8')).toBe(content)
    expect({ ...found!.manifest, createdMs: 0 }).toEqual({ ...original!.manifest, createdMs: 0 })
    expect(cache.counts).toMatchObject({ publish: 1, hit: 1 })
    expect(warnings()).toEqual([])
  })

  it('does not take the place of an entry that is there', async () => {
    const { cache, cacheDir, file } = await exported()
    const library = join(entryDirectory(layoutOf(cacheDir), artifact.key), 'library.so')
    const before = await stat(library)
    expect(await cache.import(file)).toMatchObject({ stored: false })
    expect((await stat(library)).ino).toBe(before.ino)
  })

  it('is a file for its owner alone, written whole, over what was there', async () => {
    const { cache, directory, file } = await exported()
    await chmod(file, 0o666)
    const before = await readFile(file)
    const report = await cache.export(artifact.key, file)
    expect(report).toEqual({ key: artifact.key, inputKey: input.key, file, bytes: before.length })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file)).toEqual(before)
    expect((await readdir(directory)).toSorted()).toEqual(['built.so', 'cache', 'entry.rvr'])
  })

  it('leaves nothing in staging, in the end or on the way', async () => {
    const { file } = await exported()
    const { cache, cacheDir } = await other()
    await cache.import(file)
    await writeFile(file, Buffer.concat([(await readFile(file)).subarray(0, -1), Buffer.from('?')]))
    await expect(cache.import(file)).rejects.toMatchObject({ details: { reason: 'damaged' } })
    expect(await readdir(join(cacheDir, 'v1/staging'))).toEqual([])
  })

  it('cannot be written where there is no place, nor be made of what is not there', async () => {
    const { cache, cacheDir, directory } = await exported()
    const nowhere = '/proc/none/x.rvr'
    await expect(cache.export(artifact.key, nowhere)).rejects.toMatchObject({ code: 'IO', details: { path: nowhere } })
    await expect(cache.export('0'.repeat(64), join(directory, 'x.rvr'))).rejects.toMatchObject({ code: 'USAGE' })
    const library = join(entryDirectory(layoutOf(cacheDir), artifact.key), 'library.so')
    await chmod(library, 0o600)
    await truncate(library, 7)
    await expect(cache.export(artifact.key, join(directory, 'x.rvr'))).rejects.toMatchObject({ code: 'USAGE' })
    expect((await readdir(directory)).includes('x.rvr')).toBe(false)
  })

  it('is refused by a cache that stores nothing', async () => {
    const { file } = await exported()
    await expect((await openCache({ cacheDir: false })).import(file)).rejects.toMatchObject({ code: 'IO' })
  })
})

/** A file made by the rules, of any manifest. */
function packed(manifest: unknown, library: string): Buffer {
  const text = Buffer.from(JSON.stringify(manifest))
  return Buffer.concat([encodeHeader(text, library.length), text, Buffer.from(library)])
}

const manifest = {
  schema: 1,
  key: artifact.key,
  inputKey: input.key,
  library: { digest: digestBytes('code'), bytes: 4 },
  createdMs: 1,
  parts: artifact.parts,
  inputParts: input.parts,
  info: {},
}

describe('a file that is no export, or no longer one', () => {
  const flip =
    (at: number) =>
    (bytes: Buffer): Buffer => {
      bytes[at < 0 ? bytes.length + at : at]! ^= 1
      return bytes
    }
  const damages: [string, string, (bytes: Buffer) => Buffer][] = [
    ['nothing', 'not-an-export', () => Buffer.alloc(0)],
    ['text', 'not-an-export', () => Buffer.from('hello')],
    ['other bytes', 'not-an-export', () => Buffer.alloc(5000, 0x7f)],
    ['a changed magic', 'not-an-export', flip(0)],
    ['another version', 'version', flip(16)],
    ['a header that ends early', 'damaged', bytes => bytes.subarray(0, 30)],
    ['a manifest that ends early', 'damaged', bytes => bytes.subarray(0, HEADER_BYTES + 10)],
    ['a library that ends early', 'damaged', bytes => bytes.subarray(0, -1)],
    ['bytes at its end', 'damaged', bytes => Buffer.concat([bytes, Buffer.from('x')])],
    ['a changed digest', 'damaged', flip(40)],
    ['a changed manifest', 'damaged', flip(HEADER_BYTES + 20)],
    ['a changed library', 'damaged', flip(-1)],
    [
      'a manifest of gigabytes',
      'too-large',
      bytes => {
        bytes.writeUInt32LE(0xffff_ffff, 20)
        return bytes
      },
    ],
    [
      'a library of exabytes',
      'too-large',
      bytes => {
        bytes.writeBigUInt64LE(1n << 62n, 24)
        return bytes
      },
    ],
    ['a manifest that is null', 'damaged', () => packed(null, 'code')],
    ['a manifest of another schema', 'damaged', () => packed({ ...manifest, schema: 9 }, 'code')],
    ['a key that is a path', 'damaged', () => packed({ ...manifest, key: '../../../etc' }, 'code')],
    ['an input key that is a path', 'damaged', () => packed({ ...manifest, inputKey: '../../../etc' }, 'code')],
    [
      'a library of another length',
      'damaged',
      () => packed({ ...manifest, library: { ...manifest.library, bytes: 5 } }, 'code'),
    ],
    ['a library of another digest', 'damaged', () => packed(manifest, 'Code')],
    ['a key that is not that of its parts', 'key', () => packed({ ...manifest, key: 'a1'.repeat(32) }, 'code')],
    [
      'an input key that is not that of its parts',
      'key',
      () => packed({ ...manifest, inputKey: 'a1'.repeat(32) }, 'code'),
    ],
    ['a part twice', 'key', () => packed({ ...manifest, parts: [...artifact.parts, ...artifact.parts] }, 'code')],
  ]

  it.each(damages)('%s: %s', async (_, reason, damage) => {
    const { file } = await exported()
    const { cache, cacheDir } = await other()
    await writeFile(file, damage(await readFile(file)))
    await expect(cache.import(file)).rejects.toMatchObject({
      code: 'ARTIFACT_REFUSED',
      message: expect.stringContaining(file) as string,
      hint: expect.any(String) as string,
      details: { path: file, reason },
    })
    expect(await cache.list()).toEqual([])
    expect(await readdir(join(cacheDir, 'v1/staging'))).toEqual([])
  })

  it('that follows the rules is accepted', async () => {
    const { cache } = await other()
    const file = join(await temporaryDirectory(), 'made.rvr')
    await writeFile(file, packed(manifest, 'code'))
    expect(await cache.import(file)).toMatchObject({ stored: true })
  })

  it('is refused for a changed byte wherever it is', async () => {
    const { cache } = await other()
    const file = join(await temporaryDirectory(), 'made.rvr')
    const bytes = packed(manifest, 'code')
    for (let at = 0; at < bytes.length; at += 7) {
      await writeFile(file, flip(at)(Buffer.from(bytes)))
      await expect(cache.import(file)).rejects.toMatchObject({ code: 'ARTIFACT_REFUSED' })
    }
    expect(await cache.list()).toEqual([])
  })

  it('cannot be read: a missing file, a directory, a file of terabytes', async () => {
    const { cache } = await other()
    const directory = await temporaryDirectory()
    const huge = join(directory, 'huge')
    execFileSync('truncate', ['-s', '2T', huge])
    for (const path of [join(directory, 'absent'), directory])
      await expect(cache.import(path)).rejects.toMatchObject({ code: 'IO', details: { path } })
    await expect(cache.import(huge)).rejects.toMatchObject({ code: 'ARTIFACT_REFUSED' })
  })
})
