/** Limits: who goes, in which order, who stays, and what is remembered. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache, type Cache, type CacheOptions } from '../../src/store/cache.ts'
import { readEvicted, REMEMBERED } from '../../src/store/evicted.ts'
import { entryDirectory, inputFile, layoutOf, type Layout } from '../../src/store/layout.ts'
import { tryLock, type FileLock } from '../../src/store/lock.ts'
import { foldUses, noteUse, readUses } from '../../src/store/uses.ts'
import { recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

const hex = (number: number): string => number.toString(16).padStart(4, '0').repeat(16)
const keyOf = (number: number): string => hex(number)
const inputOf = (number: number): string => hex(0x8000 + number)
const parts = { parts: [], inputParts: [], info: { mode: 'pure', guest: 'a'.repeat(64) } }

interface Store {
  readonly cache: Cache
  readonly layout: Layout
  readonly warnings: () => string[]
  publish(number: number): Promise<void>
  keys(): Promise<string[]>
}

async function store(options: CacheOptions = {}): Promise<Store> {
  const directory = await temporaryDirectory()
  const library = await sampleLibrary(directory, 'x'.repeat(1000))
  const { sink, warnings } = recorder()
  const cache = await openCache({ cacheDir: join(directory, 'cache'), environment: {}, ...options }, sink)
  return {
    cache,
    layout: layoutOf(join(directory, 'cache')),
    warnings,
    async publish(number) {
      ;(await cache.publish(keyOf(number), inputOf(number), library, parts))?.file.close()
    },
    keys: async () => (await cache.list()).map(entry => entry.key).toSorted(),
  }
}

/** What one entry takes on the disk. */
async function entryBytes(): Promise<number> {
  const { cache, publish } = await store()
  await publish(1)
  return (await cache.prune())!.bytes
}

async function use(cache: Cache, number: number): Promise<boolean> {
  const entry = await cache.lookup(keyOf(number))
  entry?.file.close()
  return entry !== undefined
}

/** Numbers from 0 to `limit` − 1, the same for the same seed. */
function random(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

describe('the size limit', () => {
  it.each([1, 2, 3, 4, 5])('evicts exactly the least recently used (seed %i)', async seed => {
    const capacity = 5
    const one = await entryBytes()
    const next = random(seed)
    // Two processes would have two objects; both are bound by the same store.
    const { cache, publish, layout, keys } = await store({ cacheMaxBytes: capacity * one })
    const other = await openCache({ cacheDir: join(layout.root, '..'), environment: {}, cacheMaxBytes: capacity * one })
    const model: number[] = []
    const evicted: number[] = []
    const touch = (number: number): void => {
      if (model.includes(number)) model.splice(model.indexOf(number), 1)
      model.push(number)
    }
    for (let step = 0; step < 120; step++) {
      const number = next(12)
      if (next(3) === 0) {
        await publish(number)
        touch(number)
        while (model.length > capacity) evicted.push(model.shift()!)
      } else {
        const found = await use(next(2) === 0 ? cache : other, number)
        expect(found).toBe(model.includes(number))
        if (found) touch(number)
      }
      if (next(20) === 0) await foldUses(layout)
    }
    expect(await keys()).toEqual(model.map(keyOf).toSorted())
    expect(readEvicted(layout).map(entry => entry.key)).toEqual(evicted.map(keyOf))
    expect(cache.counts['evicted']).toBe(evicted.length)
    expect((await cache.stats())['evicted']).toBe(evicted.length)
  })

  it('counts what lies on the disk, and a prune makes room to the byte', async () => {
    const one = await entryBytes()
    const { cache, publish, keys } = await store()
    for (const number of [1, 2, 3]) await publish(number)
    expect(await cache.prune({ maxBytes: 3 * one })).toMatchObject({ entries: 3, bytes: 3 * one, evicted: [] })
    expect(await cache.prune({ maxBytes: 3 * one - 1 })).toMatchObject({
      entries: 2,
      bytes: 2 * one,
      evicted: [{ key: keyOf(1), reason: 'size', bytes: one }],
    })
    expect(await keys()).toEqual([keyOf(2), keyOf(3)])
  })

  it("a prune without limits, or with undefined ones, has the cache's own", async () => {
    const one = await entryBytes()
    const { cache, publish } = await store({ cacheMaxBytes: one })
    for (const number of [1, 2]) await publish(number)
    expect(await cache.prune({ maxBytes: undefined, maxAgeMs: undefined })).toMatchObject({ entries: 1, bytes: one })
  })

  it('leaves the entry that was just stored, however small it is', async () => {
    const { cache, publish, keys } = await store({ cacheMaxBytes: 0 })
    await publish(1)
    expect(await keys()).toEqual([keyOf(1)])
    await publish(2)
    expect(await keys()).toEqual([keyOf(2)])
    expect((await cache.prune())?.entries).toBe(0)
  })

  it('never acts on a hit', async () => {
    const { cache, publish, layout, keys } = await store()
    for (const number of [1, 2, 3]) await publish(number)
    const strict = await openCache({ cacheDir: join(layout.root, '..'), environment: {}, cacheMaxBytes: 0 })
    expect(await use(strict, 1)).toBe(true)
    expect(await strict.lookupInput(inputOf(2))).toBe(keyOf(2))
    expect(await keys()).toHaveLength(3)
    expect(cache.counts['evicted']).toBeUndefined()
  })

  it('evicts entries without a record of use first, the oldest of them first', async () => {
    const one = await entryBytes()
    const { cache, publish, layout } = await store()
    for (const number of [1, 2, 3, 4]) await publish(number)
    await writeFile(join(layout.uses, 'log'), `${keyOf(4)}\n${keyOf(1)}\n`)
    for (const [number, time] of [
      [1, 1000],
      [2, 3000],
      [3, 2000],
      [4, 4000],
    ] as const)
      await utimes(join(entryDirectory(layout, keyOf(number)), 'used'), time, time)
    expect((await cache.prune({ maxBytes: one }))!.evicted.map(entry => entry.key)).toEqual([3, 2, 4].map(keyOf))
  })

  it('removes damaged entries too, and mappings with their entries', async () => {
    const { cache, publish, layout } = await store()
    await publish(1)
    const damaged = entryDirectory(layout, keyOf(2))
    await mkdir(damaged, { recursive: true })
    await writeFile(join(damaged, 'library.so'), 'x')
    const { evicted, entries } = (await cache.prune({ maxBytes: 0 }))!
    expect(evicted.map(({ key, info }) => [key, info['mode']])).toEqual([
      [keyOf(2), undefined],
      [keyOf(1), 'pure'],
    ])
    expect([entries, existsSync(inputFile(layout, inputOf(1))), await readdir(layout.staging)]).toEqual([0, false, []])
  })
})

describe('the age limit', () => {
  it('evicts what was not used for so long, whatever its size', async () => {
    const { cache, publish, layout, keys } = await store({ cacheMaxDays: 2 })
    for (const number of [1, 2, 3]) await publish(number)
    const daysAgo = (days: number): number => Date.now() / 1000 - days * 86_400
    await utimes(join(entryDirectory(layout, keyOf(1)), 'used'), daysAgo(3), daysAgo(3))
    await utimes(join(entryDirectory(layout, keyOf(3)), 'used'), daysAgo(1), daysAgo(1))
    expect(await cache.prune({ maxAgeMs: 4 * 86_400_000 })).toMatchObject({ evicted: [] })
    expect(await cache.prune()).toMatchObject({ evicted: [{ key: keyOf(1), reason: 'age' }], entries: 2 })
    expect(await keys()).toEqual([keyOf(2), keyOf(3)])
    expect(readEvicted(layout)).toMatchObject([
      {
        key: keyOf(1),
        inputKey: inputOf(1),
        info: { guest: 'a'.repeat(64), mode: 'pure' },
        reason: 'age',
        evictedMs: expect.any(Number),
      },
    ])
  })
})

describe('limits', () => {
  it.each([
    [{}, {}, 5 * 2 ** 30, Infinity],
    [{ RVR_CACHE_MAX_BYTES: '1000', RVR_CACHE_MAX_DAYS: '1.5' }, {}, 1000, 129_600_000],
    [{ RVR_CACHE_MAX_BYTES: 'none', RVR_CACHE_MAX_DAYS: '' }, {}, Infinity, Infinity],
    [
      { RVR_CACHE_MAX_BYTES: '1000', RVR_CACHE_MAX_DAYS: '3' },
      { cacheMaxBytes: 5, cacheMaxDays: Infinity },
      5,
      Infinity,
    ],
  ])('of the environment %j and the options %j', async (environment, options, maxBytes, maxAgeMs) => {
    const { cache, warnings } = await store({ environment, ...options })
    expect(cache.limits).toEqual({ maxBytes, maxAgeMs })
    expect(warnings()).toEqual([])
  })

  it('that cannot be read are named and ignored', async () => {
    const { cache, warnings } = await store({ environment: { RVR_CACHE_MAX_BYTES: '5 apples' } })
    expect(cache.limits.maxBytes).toBe(5 * 2 ** 30)
    expect(warnings()).toEqual([expect.stringContaining('RVR_CACHE_MAX_BYTES is "5 apples"')])
  })
})

describe('the record of uses', () => {
  it('keeps the order of last uses through setting aside and folding, twice as well', async () => {
    const { layout } = await store()
    const next = random(7)
    const model: string[] = []
    for (let step = 0; step < 200; step++) {
      const key = keyOf(next(9))
      noteUse(layout, key, 10 * 65)
      if (model.includes(key)) model.splice(model.indexOf(key), 1)
      model.push(key)
      const logs = (await readdir(layout.uses)).filter(name => name.startsWith('log.'))
      // As if they had been set aside a while ago.
      for (const name of logs) await utimes(join(layout.uses, name), 1000, 1000)
      if (next(10) === 0) await foldUses(layout)
      expect(readUses(layout)).toEqual(model)
    }
    expect((await foldUses(layout)) + (await foldUses(layout))).toBeLessThan(20)
  })

  it('survives garbage', async () => {
    const { layout, cache, publish } = await store()
    await publish(1)
    await writeFile(join(layout.uses, 'log'), `garbage\n${keyOf(1).slice(1)}\n\0\n${keyOf(1)}\nhalf`)
    await writeFile(join(layout.uses, 'evicted.json'), '[{"key":1},')
    expect(readUses(layout)).toEqual([keyOf(1)])
    expect((await cache.prune({ maxBytes: 0 }))!.evicted).toHaveLength(1)
    expect(readEvicted(layout)).toHaveLength(1)
  })
})

describe('leftovers', () => {
  it('are swept after a publish, now and then, and counted', async () => {
    const { cache, layout, publish } = await store()
    await publish(1)
    const old = async (path: string): Promise<void> => {
      await mkdir(path, { recursive: true })
      await utimes(path, 1000, 1000)
    }
    await old(join(layout.staging, 'crashed'))
    await mkdir(join(layout.staging, 'at-work'))
    await old(join(layout.quarantine, 'damaged'))
    await writeFile(inputFile(layout, inputOf(9)), JSON.stringify({ schema: 1, input: inputOf(9), artifact: keyOf(9) }))
    await writeFile(join(layout.locks, inputOf(9)), '')
    await utimes(join(layout.locks, inputOf(9)), 1000, 1000)
    await publish(2)
    expect(cache.counts['swept']).toBeUndefined() // too early
    await utimes(join(layout.uses, 'swept'), 1000, 1000)
    await publish(3)
    expect(cache.counts['swept']).toBe(4)
    expect([await readdir(layout.staging), await readdir(layout.quarantine), await readdir(layout.locks)]).toEqual([
      ['at-work'],
      [],
      [],
    ])
    expect((await readdir(layout.inputs)).length).toBe(3)
  })

  it("are nobody else's matter while one is at it, who looks again when others have stored something", async () => {
    const { cache, layout, publish, keys } = await store({ cacheMaxBytes: 0 })
    const lock = (await tryLock(join(layout.locks, 'maintenance'))) as FileLock
    for (const number of [1, 2, 3]) await publish(number)
    expect(await cache.prune()).toBeUndefined()
    expect([await keys(), await readdir(layout.uses)]).toEqual([
      [1, 2, 3].map(keyOf),
      expect.arrayContaining(['wanted']),
    ])
    lock.release()
    await publish(4)
    expect(await keys()).toEqual([keyOf(4)])
    expect(await readdir(layout.uses)).not.toContain('wanted')
    expect(await readdir(layout.locks)).toEqual([])
  })

  it('of many who store at once leave the store within its limits', async () => {
    const one = await entryBytes()
    const { layout, keys } = await store()
    const stores = await Promise.all(
      Array.from({ length: 6 }, () =>
        openCache({ cacheDir: join(layout.root, '..'), environment: {}, cacheMaxBytes: 4 * one }),
      ),
    )
    const library = await sampleLibrary(layout.root, 'x'.repeat(1000))
    await Promise.all(
      stores.map(async (cache, index) => {
        for (let round = 0; round < 5; round++)
          (await cache.publish(keyOf(10 * index + round), inputOf(10 * index + round), library, parts))?.file.close()
      }),
    )
    expect((await keys()).length).toBeLessThanOrEqual(4)
    expect(await stores[0]!.stats()).toMatchObject({ publish: 30, evicted: 30 - (await keys()).length })
  })
})

it('only so many evicted entries are remembered, the last ones', async () => {
  const { cache, layout, publish } = await store()
  const { rememberEvicted } = await import('../../src/store/evicted.ts')
  const record = (number: number) => ({
    key: keyOf(number),
    inputKey: inputOf(number),
    info: { mode: 'pure' },
    bytes: 1,
    usedMs: 1,
    evictedMs: 1,
    reason: 'size' as const,
  })
  await rememberEvicted(
    layout,
    Array.from({ length: REMEMBERED }, (_, number) => record(100 + number)),
  )
  await publish(1)
  await cache.prune({ maxBytes: 0 })
  const remembered = readEvicted(layout)
  expect([remembered.length, remembered[0]!.key, remembered.at(-1)!.key]).toEqual([REMEMBERED, keyOf(101), keyOf(1)])
})

it('a store that cannot be maintained costs a warning, not the entry', async () => {
  const { cache, layout, publish, warnings } = await store()
  await mkdir(join(layout.uses, 'wanted'))
  await publish(1)
  expect(await use(cache, 1)).toBe(true)
  expect(cache.counts).toMatchObject({ publish: 1, 'maintenance-failed': 1 })
  expect(warnings()).toHaveLength(1)
})
