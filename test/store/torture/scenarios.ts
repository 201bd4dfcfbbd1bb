/** What the cache is asked to do while something fails, and what has to hold afterwards. Contents follow from keys, so a wrong artifact shows. */
import { digestBytes } from '../../../src/store/digest.ts'
import { openCache, type Cache } from '../../../src/store/cache.ts'
import type { Entry } from '../../../src/store/lookup.ts'
import { closeSync, existsSync, openSync, readdirSync, readSync, readvSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Sample {
  readonly key: string
  readonly input: string
  readonly content: string
}

/** Sample number `index`: a library of 1 to 64 KiB. */
export function sample(index: number): Sample {
  const key = digestBytes(`artifact ${index}`)
  return { key, input: digestBytes(`input ${index}`), content: `${key}\n`.repeat(16 << (index % 7)) }
}

/** Stores a sample from a file of its own. The entry is closed. Undefined when it could not be stored. */
export async function store(cache: Cache, { key, input, content }: Sample, directory: string): Promise<boolean> {
  const file = join(directory, `library-${process.pid}`)
  writeFileSync(file, content)
  return storeFrom(cache, { key, input, content }, file)
}

export async function storeFrom(cache: Cache, { key, input, content }: Sample, file: string): Promise<boolean> {
  const entry = await cache.publish(key, input, file, { parts: [], inputParts: [], info: {} })
  if (entry !== undefined) checkEntry(entry, content)
  return entry !== undefined
}

/** Throws when an entry that was found has other contents than those of its key. Closes it. */
function checkEntry(entry: Entry, content: string): void {
  const { file } = entry
  const bytes = Buffer.alloc(file.bytes)
  if (readvSync(file.fd, [bytes], 0) !== bytes.length || bytes.toString() !== content)
    throw new Error(`wrong artifact for ${entry.manifest.key}`)
  file.close()
}

/** Looks a sample up as a run does; throws when the answer is wrong. */
export async function find(cache: Cache, { key, input, content }: Sample): Promise<boolean> {
  const artifact = await cache.lookupInput(input)
  if (artifact === undefined) return false
  if (artifact !== key) throw new Error(`the input of ${key} leads to ${artifact}`)
  const entry = await cache.lookup(artifact)
  if (entry !== undefined) checkEntry(entry, content)
  return entry !== undefined
}

/** Puts the first half of a file in its place, as a torn write leaves it; who has it open keeps the whole. */
export function halve(path: string, aside: string): void {
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(1 << 20)
  try {
    writeFileSync(aside, bytes.subarray(0, readSync(file, bytes) >> 1), { mode: 0o600 })
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}

export const inStore = (directory: string, ...names: string[]): string => join(directory, 'cache/v1', ...names)
export const libraryOf = (directory: string, { key }: Sample): string =>
  inStore(directory, 'artifacts', key.slice(0, 2), key, 'library.so')

const [first, second] = [sample(3), sample(5)]
const open = (directory: string, cacheMaxBytes?: number): Promise<Cache> =>
  openCache({
    cacheDir: join(directory, 'cache'),
    environment: {},
    ...(cacheMaxBytes !== undefined && { cacheMaxBytes }),
  })

export interface Scenario {
  readonly prepare: (directory: string) => Promise<void>
  /** Answers false where it may (a miss, nothing stored); rejects when the cache failed its caller. */
  readonly work: (directory: string) => Promise<unknown>
  /** Has to be found afterwards when the machine was short of something only for a moment. */
  readonly keeps?: Sample
  /** May end with an error: a command that was asked for, not a run. */
  readonly mayReject?: boolean
}

const file = (directory: string): string => join(directory, 'built.so')

async function withFirst(directory: string): Promise<void> {
  writeFileSync(file(directory), second.content)
  if (!(await store(await open(directory), first, directory))) throw new Error('nothing could be stored')
}

const damaged =
  (name: string) =>
  async (directory: string): Promise<void> => {
    await withFirst(directory)
    halve(join(libraryOf(directory, first), '..', name), join(directory, 'half'))
  }

export const scenarios: Readonly<Record<string, Scenario>> = {
  'opening a new cache and publishing': {
    prepare: directory => Promise.resolve(writeFileSync(file(directory), second.content)),
    work: async directory => storeFrom(await open(directory), second, file(directory)),
  },
  publishing: {
    prepare: withFirst,
    work: async directory => storeFrom(await open(directory), second, file(directory)),
  },
  'publishing and evicting another entry': {
    prepare: withFirst,
    work: async directory => storeFrom(await open(directory, 1), second, file(directory)),
  },
  'publishing what is there': {
    prepare: async directory => {
      await withFirst(directory)
      writeFileSync(file(directory), first.content)
    },
    work: async directory => storeFrom(await open(directory), first, file(directory)),
  },
  'finding an entry': { keeps: first, prepare: withFirst, work: async directory => find(await open(directory), first) },
  'finding half of a library': {
    prepare: damaged('library.so'),
    work: async directory => find(await open(directory), first),
  },
  'finding half of a manifest': {
    prepare: damaged('manifest.json'),
    work: async directory => find(await open(directory), first),
  },
  'finding half of a mapping': {
    prepare: async directory => {
      await withFirst(directory)
      halve(inStore(directory, 'inputs', `${first.input}.json`), join(directory, 'half'))
    },
    work: async directory => find(await open(directory), first),
  },
  'building under the lock': {
    prepare: withFirst,
    work: async directory => {
      const cache = await open(directory)
      const built = await cache.withBuildLock(second.input, async () => {
        await storeFrom(cache, second, file(directory))
        return 'built'
      })
      if (built !== 'built') throw new Error('the build is lost')
    },
  },
  'storing and finding objects': {
    prepare: async directory => {
      await withFirst(directory)
      await (await open(directory)).objects.store(first.key, Buffer.from(first.content))
    },
    work: async directory => {
      const { objects } = await open(directory)
      await objects.store(second.key, Buffer.from(second.content))
      for (const { key, content } of [first, second]) {
        const found = await objects.find(key)
        if (found !== undefined && Buffer.compare(found, Buffer.from(content)) !== 0)
          throw new Error(`wrong object for ${key}`)
      }
    },
  },
  pruning: {
    prepare: withFirst,
    work: async directory => (await open(directory)).prune({ maxBytes: 1 }),
    mayReject: true,
  },
  verifying: {
    prepare: damaged('library.so'),
    work: async directory => (await open(directory)).verify(),
    mayReject: true,
  },
}

/** Throws unless the store is sound: what is found is right, and what is missing can be stored. */
export async function checkStore(directory: string, leftovers: number, keeps?: Sample): Promise<void> {
  const staged = existsSync(inStore(directory, 'staging')) ? readdirSync(inStore(directory, 'staging')) : []
  if (staged.length > leftovers) throw new Error(`left in staging: ${staged.join(' ')}`)
  const cache = await open(directory)
  if (keeps !== undefined && !(await find(cache, keeps))) throw new Error('a healthy entry is gone')
  for (const each of [first, second]) {
    await find(cache, each)
    if (!(await store(cache, each, directory)) || !(await find(cache, each)))
      throw new Error('what was missing cannot be stored')
  }
  if ((await cache.prune()) === undefined) throw new Error('the lock of maintenance is still taken')
  if (!(await find(cache, first)) || !(await find(cache, second))) throw new Error('pruning has removed what may stay')
}
