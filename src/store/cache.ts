/** An open store: nothing here fails whoever makes things, every outcome is counted. */
import { optional } from 'valibot'
import { accept, options, upTo } from '../accept.ts'
import { RvrError, messageOf } from '../errors.ts'
import { noEvents, type EventSink } from '../events.ts'
import type { Subject } from './about.ts'
import { withLock } from './build-lock.ts'
import type { Cache } from './contract.ts'
import { readCounters, type Counter, type Counts } from './counters.ts'
import { cacheDirectory, prepareDirectory, type DirectoryState } from './directory.ts'
import type { Key } from './digest.ts'
import { Entries } from './entries.ts'
import type { Explanation } from './explain/explain.ts'
import type { Described } from './explain/nearest.ts'
import type { ExportedEntry } from './export-entry.ts'
import type { ImportedEntry } from './import-entry.ts'
import { clearStore, listEntries, readEntry, storedKeys, type StoredEntry } from './inventory.ts'
import { layoutOf, type Layout } from './layout.ts'
import { limitsFrom, type CacheLimits, type CacheOptions } from './limits.ts'
import { markUsed, type Entry } from './lookup.ts'
import type { Maintenance } from './maintenance.ts'
import type { Manifest, ManifestDraft } from './manifest.ts'
import { ObjectStore } from './objects.ts'
import { Outcomes } from './outcomes.ts'
import { foldUses, noteUse } from './uses.ts'
import type { VerifyStep } from './verify.ts'

const Prune = options<Partial<CacheLimits>>({
  maxBytes: optional(upTo(Infinity, 'bytes')),
  maxAgeMs: optional(upTo(Infinity, 'milliseconds')),
})

export type { Cache } from './contract.ts'
export type { CacheOptions } from './limits.ts'

interface Interruptible {
  readonly signal?: AbortSignal
}

class OpenCache implements Cache {
  readonly directory: string | undefined
  readonly state: DirectoryState['state']
  readonly limits: CacheLimits
  readonly objects: ObjectStore
  readonly #layout: Layout | undefined
  readonly #outcomes: Outcomes
  readonly #entries: Entries | undefined

  constructor(directory: string | undefined, state: DirectoryState, limits: CacheLimits, events: EventSink) {
    const layout = directory === undefined || state.state === 'off' ? undefined : layoutOf(directory)
    const isReady = state.state === 'ready'
    const outcomes = new Outcomes(isReady ? layout?.stats : undefined, events)
    this.directory = directory
    this.state = state.state
    this.limits = limits
    this.#layout = layout
    this.#outcomes = outcomes
    this.#entries = layout && new Entries(layout, outcomes)
    this.objects = new ObjectStore(layout, isReady, (counter, reason) => outcomes.degrade(counter, reason))
    if (state.state !== 'ready' && state.isWanted !== false) outcomes.degrade('degraded', state.reason)
  }

  get memoDirectory(): string | undefined {
    return this.state === 'ready' ? this.#layout?.memo : undefined
  }

  get counts(): Counts {
    return this.#outcomes.counts
  }

  count(counter: Counter, times = 1): void {
    this.#outcomes.count(counter, times)
  }

  async lookupInput(inputKey: string): Promise<string | undefined> {
    return this.#entries?.artifactOf(inputKey)
  }

  async lookup(key: string): Promise<Entry | undefined> {
    const layout = this.#layout
    return this.#entries?.find(key, async () => {
      if (this.state === 'ready' && layout !== undefined) await used(layout, key)
    })
  }

  async publish(key: string, inputKey: string, source: string, draft: ManifestDraft): Promise<Entry | undefined> {
    if (this.#layout === undefined || this.#entries === undefined || this.state !== 'ready') return undefined
    try {
      const entry = await this.#entries.store({ key, inputKey, source, draft })
      await this.#maintain(this.#layout, key, draft)
      return entry
    } catch (error) {
      this.#outcomes.degrade('publish-failed', messageOf(error))
      return undefined
    }
  }

  /** What is done for the store after publishing; a fault of it is no fault of the entry. */
  async #maintain(layout: Layout, published: string, { inputParts, details }: ManifestDraft): Promise<void> {
    try {
      await used(layout, published)
      if (details !== undefined)
        await (await import('./explain/details.ts')).writeDetails(layout, inputParts, await details())
      const { maintainAfter } = await import('./maintenance.ts')
      for (const done of await maintainAfter(layout, published, this.limits)) this.#countMaintenance(done)
    } catch (error) {
      this.#outcomes.degrade('maintenance-failed', messageOf(error))
    }
  }

  #countMaintenance({ evicted, evictedObjects, swept }: Maintenance): void {
    for (const _ of evicted) this.count('evicted')
    this.count('object-evicted', evictedObjects)
    const leftovers = Object.values(swept ?? {}).reduce<number>((sum, number) => sum + number, 0)
    for (let index = 0; index < leftovers; index++) this.count('swept')
  }

  async *manifestsAbout(subject: Subject): AsyncGenerator<Manifest, void, void> {
    if (this.#layout !== undefined) yield* (await import('./about.ts')).manifestsAbout(this.#layout, subject)
  }

  async explain<Kind extends string>(input: Key, described: Described<Kind>): Promise<Explanation<Kind>> {
    if (this.#layout === undefined) return { outcome: 'off', reason: 'the cache is off', differences: [] }
    return (await import('./explain/explain.ts')).explainLookup(this.#layout, input, described)
  }

  async prune(limits: Partial<CacheLimits> = {}): Promise<Maintenance | undefined> {
    const { maxBytes = this.limits.maxBytes, maxAgeMs = this.limits.maxAgeMs } = accept(Prune, 'cache.prune', limits)
    if (this.#layout === undefined || this.state !== 'ready') return undefined
    const { pruneStore } = await import('./maintenance.ts')
    const done = await pruneStore(this.#layout, { maxBytes, maxAgeMs })
    if (done !== undefined) this.#countMaintenance(done)
    return done
  }

  withBuildLock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const locks = this.state === 'ready' ? this.#layout?.locks : undefined
    return withLock(locks, key, work, { count: counter => this.count(counter), signal })
  }

  async stats(): Promise<Counts> {
    return this.#layout === undefined ? {} : readCounters(this.#layout.stats)
  }

  async list(): Promise<StoredEntry[]> {
    return this.#layout === undefined ? [] : listEntries(this.#layout)
  }

  async show(keyPrefix: string): Promise<StoredEntry[]> {
    const layout = this.#layout
    if (layout === undefined) return []
    const keys = (await storedKeys(layout)).filter(key => key.startsWith(keyPrefix.toLowerCase()))
    return (await Promise.all(keys.map(key => readEntry(layout, key)))).filter(entry => entry !== undefined)
  }

  async verify(): Promise<VerifyStep[]> {
    return this.#layout === undefined ? [] : (await import('./verify.ts')).verifyStore(this.#layout)
  }

  async discard(key: string, reason: string): Promise<void> {
    await this.#entries?.setAside(key, `cannot be used (${reason}); it is built anew`)
  }

  async export(keyPrefix: string, file: string, { signal }: Interruptible = {}): Promise<ExportedEntry> {
    return (await import('./transfer.ts')).exportFrom(this, keyPrefix, file, signal)
  }

  async import(file: string, { signal }: Interruptible = {}): Promise<ImportedEntry> {
    if (this.#layout === undefined || this.state !== 'ready')
      throw new RvrError('IO', `nothing can be stored in the cache: it is ${this.state}`, {
        hint: 'Choose another directory with --cache-dir.',
      })
    return (await import('./transfer.ts')).importInto(this, this.#layout, file, signal)
  }

  async clear(): Promise<number> {
    return this.#layout === undefined ? 0 : clearStore(this.#layout)
  }
}

async function used(layout: Layout, key: string): Promise<void> {
  markUsed(layout, key)
  if (noteUse(layout, key)) await foldUses(layout).catch(() => {}) // the next one who publishes folds it
}

/**
 * Opens the cache directory, creating it if needed. Throws CACHE_UNSAFE when another user owns it or can write to it. A
 * directory that cannot be created or written gives a cache that works less or not at all, with one warning and the
 * counter `degraded`.
 */
export async function openCache(options: CacheOptions = {}, events: EventSink = noEvents): Promise<Cache> {
  const environment = options.environment ?? process.env
  const limits = limitsFrom(options, environment, message => events({ type: 'warning', message }))
  const off = (reason: string, isWanted?: false): Cache =>
    new OpenCache(undefined, { state: 'off', reason, isWanted }, limits, events)
  if (options.cacheDir === false) return off('it is turned off', false)
  const directory = cacheDirectory(options.cacheDir, environment)
  if (directory === undefined) return off('there is no home directory to keep it in')
  return new OpenCache(directory, prepareDirectory(directory), limits, events)
}
