/** Objects in the store: found whole or not at all, counted in the limits, seen by verify and clear. */
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCache, type Cache } from '../../src/store/cache.ts'
import { layoutOf, objectFile, type Layout } from '../../src/store/layout.ts'
import { draft, inputA, keyA, keyB, recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

const content = new Uint8Array(1000).fill(7)

async function open(
  options: { readonly cacheMaxBytes?: number } = {},
): Promise<{ cache: Cache; layout: Layout; directory: string; warnings: () => string[] }> {
  const directory = await temporaryDirectory()
  const { sink, warnings } = recorder()
  return {
    cache: await openCache({ cacheDir: join(directory, 'cache'), environment: {}, ...options }, sink),
    layout: layoutOf(join(directory, 'cache')),
    directory,
    warnings,
  }
}

it('gives back what was stored, and nothing where nothing was', async () => {
  const { cache, layout } = await open()
  expect(await cache.objects.find(keyA)).toBeUndefined()
  expect(await cache.objects.store(keyA, content)).toBe(true)
  expect(await cache.objects.store(keyA, content)).toBe(true)
  expect(Buffer.from((await cache.objects.find(keyA))!)).toEqual(Buffer.from(content))
  expect(cache.objects.list()).toMatchObject([{ key: keyA }])
  expect(readdirSync(layout.staging)).toEqual([])
})

it.each<readonly [string, (path: string, layout: Layout) => void]>([
  [
    'a changed byte',
    path => {
      const bytes = readFileSync(path)
      bytes[500]! ^= 1
      chmodSync(path, 0o600)
      writeFileSync(path, bytes)
    },
  ],
  [
    'a missing end',
    path => {
      const bytes = readFileSync(path)
      chmodSync(path, 0o600)
      writeFileSync(path, bytes.subarray(0, 900))
    },
  ],
  [
    'nothing in it',
    path => {
      chmodSync(path, 0o600)
      writeFileSync(path, '')
    },
  ],
  ['another key', (path, layout) => renameSync(objectFile(layout, keyB), path)],
  ['others may write to it', path => chmodSync(path, 0o622)],
  [
    'a link',
    path => {
      renameSync(path, `${path}.moved`)
      symlinkSync(`${path}.moved`, path)
    },
  ],
])('misses an object that is damaged: %s', async (_what, damage) => {
  const { cache, layout, warnings } = await open()
  for (const key of [keyA, keyB]) await cache.objects.store(key, content)
  damage(objectFile(layout, keyA), layout)
  expect(await cache.objects.find(keyA)).toBeUndefined()
  expect(warnings()).toEqual([expect.stringContaining('is damaged')])
  expect(cache.counts).toMatchObject({ quarantined: 1 })
  expect(existsSync(objectFile(layout, keyA))).toBe(false)
})

it('is moved to quarantine by verify where it is damaged, and removed by clear', async () => {
  const { cache, layout } = await open()
  for (const key of [keyA, keyB]) await cache.objects.store(key, content)
  chmodSync(objectFile(layout, keyA), 0o600)
  writeFileSync(objectFile(layout, keyA), 'rvr object 1')
  expect(await cache.verify()).toContainEqual({ step: 'objects', checked: 2, repaired: 1 })
  expect(cache.objects.list()).toMatchObject([{ key: keyB }])
  await cache.clear()
  expect(cache.objects.list()).toEqual([])
})

it('counts in the limits, and goes before an entry that was used later', async () => {
  const { cache, directory } = await open()
  const library = await sampleLibrary(directory, 'x'.repeat(1000))
  await cache.objects.store(keyA, content)
  ;(await cache.publish(keyB, inputA, library, draft))?.file.close()
  await cache.objects.store(inputA, content)
  const { bytes, entries, objects } = (await cache.prune())!
  expect({ entries, objects }).toEqual({ entries: 1, objects: 2 })
  expect(bytes).toBeGreaterThan(3000)
  expect(await cache.prune({ maxBytes: bytes - 1 })).toMatchObject({
    evicted: [],
    evictedObjects: 1,
    entries: 1,
    objects: 1,
  })
  expect(cache.objects.list()).toMatchObject([{ key: inputA }])
  expect(await cache.prune({ maxBytes: 1500 })).toMatchObject({
    evicted: [{ key: keyB }],
    evictedObjects: 0,
    entries: 0,
    objects: 1,
  })
  expect(cache.counts).toMatchObject({ 'object-evicted': 1, evicted: 1 })
})

it('goes when it has not been used for too long', async () => {
  const { cache, layout } = await open()
  await cache.objects.store(keyA, content)
  utimesSync(objectFile(layout, keyA), 1, 1)
  expect(await cache.prune({ maxAgeMs: 1000 })).toMatchObject({ evictedObjects: 1, objects: 0 })
})
