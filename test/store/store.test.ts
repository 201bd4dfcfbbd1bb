/** Storing, finding and losing artifacts. */
import { chmod, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache, type Cache } from '../../src/store/cache.ts'
import { entryDirectory, inputFile, layoutOf } from '../../src/store/layout.ts'
import { draft, inputA, keyA, keyB, recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

async function stored(): Promise<{
  cache: Cache
  directory: string
  library: string
  warnings: () => string[]
  entry: string
}> {
  const directory = await temporaryDirectory()
  const { sink, warnings } = recorder()
  const cache = await openCache({ cacheDir: join(directory, 'cache') }, sink)
  const library = await sampleLibrary(directory)
  await cache.publish(keyA, inputA, library, draft)
  return { cache, directory, library, warnings, entry: entryDirectory(layoutOf(join(directory, 'cache')), keyA) }
}

describe('a published artifact', () => {
  it('is found by input key and by key, with its manifest', async () => {
    const { cache, library } = await stored()
    expect(await cache.lookupInput(inputA)).toBe(keyA)
    const found = await cache.lookup(keyA)
    expect(await readFile(found!.path)).toEqual(await readFile(library))
    expect(found!.manifest).toMatchObject({ key: keyA, inputKey: inputA, ...draft })
    expect(await cache.stats()).toEqual({ publish: 1, 'input-hit': 1, hit: 1 })
  })

  it('leaves nothing in staging and warns of nothing', async () => {
    const { cache, directory, warnings } = await stored()
    await cache.lookup(keyA)
    expect(await readdir(join(directory, 'cache/v1/staging'))).toEqual([])
    expect(warnings()).toEqual([])
  })

  it('keeps its times when it is used; its use is noted elsewhere', async () => {
    const { cache, entry } = await stored()
    await utimes(join(entry, 'library.so'), 1000, 1000)
    await utimes(join(entry, 'used'), 1000, 1000)
    await cache.lookup(keyA)
    expect((await stat(join(entry, 'library.so'))).mtimeMs).toBe(1_000_000)
    expect((await stat(join(entry, 'used'))).mtimeMs).toBeGreaterThan(1_000_000)
    await rm(join(entry, 'used'))
    expect(await cache.lookup(keyA)).toBeDefined()
    expect(await readdir(entry)).toContain('used')
  })

  it('is not replaced by a second publisher', async () => {
    const { cache, directory, entry } = await stored()
    const before = (await stat(join(entry, 'library.so'))).ino
    const again = await cache.publish(keyA, inputA, await sampleLibrary(directory, 'another build'), draft)
    expect(again?.path).toBe(join(entry, 'library.so'))
    expect((await stat(join(entry, 'library.so'))).ino).toBe(before)
    expect(cache.counts).toMatchObject({ publish: 1, 'publish-lost-race': 1 })
  })

  it('is stored once by many publishers at the same time', async () => {
    const directory = await temporaryDirectory()
    const library = await sampleLibrary(directory)
    const caches = await Promise.all(Array.from({ length: 8 }, () => openCache({ cacheDir: join(directory, 'cache') })))
    const entries = await Promise.all(caches.map(cache => cache.publish(keyA, inputA, library, draft)))
    expect(new Set(entries.map(entry => entry?.path)).size).toBe(1)
    expect(await caches[0]!.stats()).toMatchObject({ publish: 1, 'publish-lost-race': 7 })
  })

  it('is listed, shown by the start of its key, verified and cleared', async () => {
    const { cache } = await stored()
    expect((await cache.list()).map(entry => entry.key)).toEqual([keyA])
    expect((await cache.show('A1a1')).map(entry => entry.key)).toEqual([keyA])
    expect(await cache.show('ff')).toEqual([])
    expect(await cache.verify()).toEqual([
      { step: 'libraries', checked: 1, repaired: 0 },
      { step: 'objects', checked: 0, repaired: 0 },
      { step: 'mappings', checked: 1, repaired: 0 },
      { step: 'staging', checked: 0, repaired: 0 },
      { step: 'statistics', checked: 1, repaired: 0 },
    ])
    expect(await cache.clear()).toBe(1)
    expect(await cache.list()).toEqual([])
    expect(await cache.lookupInput(inputA)).toBeUndefined()
  })
})

describe('a damaged entry', () => {
  const damages: [string, (entry: string) => Promise<unknown>][] = [
    [
      'a flipped byte',
      async entry => {
        await chmod(join(entry, 'library.so'), 0o600)
        await writeFile(join(entry, 'library.so'), 'not really a librarY')
      },
    ],
    [
      'a truncated library',
      async entry => {
        await chmod(join(entry, 'library.so'), 0o600)
        await truncate(join(entry, 'library.so'), 3)
      },
    ],
    [
      'an empty library',
      async entry => {
        await chmod(join(entry, 'library.so'), 0o600)
        await truncate(join(entry, 'library.so'), 0)
      },
    ],
    ['no library', entry => rm(join(entry, 'library.so'))],
    [
      'a directory for a library',
      async entry => {
        await rm(join(entry, 'library.so'))
        await mkdir(join(entry, 'library.so'))
      },
    ],
    ['no manifest', entry => rm(join(entry, 'manifest.json'))],
    ['a garbage manifest', entry => writeFile(join(entry, 'manifest.json'), '{"schema":1,')],
    ['a manifest that is null', entry => writeFile(join(entry, 'manifest.json'), 'null')],
    ['a binary manifest', entry => writeFile(join(entry, 'manifest.json'), Buffer.alloc(100, 255))],
    [
      'a manifest of another schema',
      async entry =>
        writeFile(
          join(entry, 'manifest.json'),
          (await readFile(join(entry, 'manifest.json'), 'utf8')).replace('"schema":1', '"schema":2'),
        ),
    ],
    [
      'a manifest of another key',
      async entry =>
        writeFile(
          join(entry, 'manifest.json'),
          (await readFile(join(entry, 'manifest.json'), 'utf8')).replace(keyA, keyB),
        ),
    ],
    [
      'nothing in it',
      async entry => {
        await rm(entry, { recursive: true })
        await mkdir(entry)
      },
    ],
    [
      'a file for a directory',
      async entry => {
        await rm(entry, { recursive: true })
        await writeFile(entry, '')
      },
    ],
  ]

  it.each(damages)('with %s is missed, moved away, and replaced', async (_, damage) => {
    const { cache, directory, entry, library, warnings } = await stored()
    await damage(entry)
    expect(await cache.lookup(keyA)).toBeUndefined()
    expect(cache.counts).toMatchObject({ quarantined: 1, miss: 1 })
    expect(warnings()).toHaveLength(1)
    expect(await readdir(join(directory, 'cache/v1/quarantine'))).toHaveLength(1)
    expect(await cache.publish(keyA, inputA, library, draft)).toBeDefined()
    expect(await cache.lookup(keyA)).toBeDefined()
  })

  it.each(damages)('with %s does not stop a publisher', async (_, damage) => {
    const { cache, entry, library } = await stored()
    await damage(entry)
    expect((await cache.publish(keyA, inputA, library, draft))?.manifest.key).toBe(keyA)
    expect(await cache.lookup(keyA)).toBeDefined()
  })

  it('is found by verify', async () => {
    const { cache, entry } = await stored()
    await rm(join(entry, 'library.so'))
    expect(await cache.verify()).toEqual(
      expect.arrayContaining([
        { step: 'libraries', checked: 1, repaired: 1 },
        { step: 'mappings', checked: 1, repaired: 1 },
      ]),
    )
  })

  it('keeps quarantine small', async () => {
    const { cache, directory, entry, library } = await stored()
    for (let round = 0; round < 12; round++) {
      await rm(join(entry, 'manifest.json'))
      await cache.lookup(keyA)
      await cache.publish(keyA, inputA, library, draft)
    }
    expect(await readdir(join(directory, 'cache/v1/quarantine'))).toHaveLength(8)
  })
})

describe('an input mapping', () => {
  it.each([
    '',
    '{',
    'null',
    '{"schema":1}',
    `{"schema":1,"input":"${inputA}","artifact":"../../x"}`,
    `{"schema":2,"input":"${inputA}","artifact":"${keyA}"}`,
    `{"schema":1,"input":"${keyB}","artifact":"${keyA}"}`,
  ])('that is garbage (%s) is a counted miss', async text => {
    const { cache, directory } = await stored()
    await writeFile(inputFile(layoutOf(join(directory, 'cache')), inputA), text)
    expect(await cache.lookupInput(inputA)).toBeUndefined()
    expect(cache.counts).toMatchObject({ 'mapping-damaged': 1, 'input-miss': 1 })
    expect(await cache.lookupInput(inputA)).toBeUndefined()
    expect(cache.counts).toMatchObject({ 'mapping-damaged': 1, 'input-miss': 2 })
  })

  it('that leads to two artifacts is reported', async () => {
    const { cache, library, warnings } = await stored()
    await cache.publish(keyB, inputA, library, draft)
    expect(cache.counts).toMatchObject({ 'mapping-changed': 1 })
    expect(warnings()[0]).toContain('not deterministic')
    expect(await cache.lookupInput(inputA)).toBe(keyB)
  })
})

describe('publishing that fails', () => {
  it('for want of the library is counted, not thrown', async () => {
    const { cache, warnings } = await stored()
    expect(await cache.publish(keyB, inputA, '/nonexistent.so', draft)).toBeUndefined()
    expect(await cache.publish(keyB, inputA, '/nonexistent.so', draft)).toBeUndefined()
    expect(cache.counts).toMatchObject({ 'publish-failed': 2 })
    expect(warnings()).toHaveLength(1)
  })

  it('for want of a staging directory is counted, not thrown', async () => {
    const { cache, directory, library } = await stored()
    await rm(join(directory, 'cache/v1/staging'), { recursive: true })
    await writeFile(join(directory, 'cache/v1/staging'), '')
    expect(await cache.publish(keyB, inputA, library, draft)).toBeUndefined()
    expect(cache.counts).toMatchObject({ 'publish-failed': 1 })
  })
})
