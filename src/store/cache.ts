/** The artifact cache: nothing here fails a build, every outcome is counted. */
import { optional } from 'valibot'
import { accept, options, upTo } from '../accept.ts'
import { RvrError, messageOf } from '../errors.ts'
import { noEvents, type EventSink } from '../events.ts'
import { withLock } from './build-lock.ts'
import type { Cache } from './contract.ts'
import { countOutcome, readCounters, type Counter, type Counts } from './counters.ts'
import { cacheDirectory, prepareDirectory, type DirectoryState } from './directory.ts'
import type { Key } from './digest.ts'
import type { Details } from './explain/details.ts'
import type { Explanation } from './explain/explain.ts'
import type { ExportedEntry } from './export-entry.ts'
import type { ImportedEntry } from './import-entry.ts'
import { clearStore, listEntries, readEntry, storedKeys, type StoredEntry } from './inventory.ts'
import { entryDirectory, inputFile, layoutOf, type Layout } from './layout.ts'
import { limitsFrom, type CacheLimits, type CacheOptions } from './limits.ts'
import { lookupEntry, markUsed, type Entry } from './lookup.ts'
import { maintainAfter, pruneStore, type Maintenance } from './maintenance.ts'
import type { Manifest, ManifestDraft } from './manifest.ts'
import { readMapping, writeMapping } from './mapping.ts'
import { ObjectStore } from './objects.ts'
import { publishEntry } from './publish.ts'
import { quarantine } from './quarantine.ts'
import { foldUses, noteUse } from './uses.ts'
import { verifyStore, type VerifyStep } from './verify.ts'

const Prune = options<Partial<CacheLimits>>({
  maxBytes: optional(upTo(Infinity, 'bytes')),
  maxAgeMs: optional(upTo(Infinity, 'milliseconds')),
})

export type { Cache } from './contract.ts'
export type { CacheOptions } from './limits.ts'

/** How often a place in the store is tried to get when others take it and leave it. */
const PUBLISH_TRIES = 8

class OpenCache implements Cache {
  readonly directory: string | undefined
  readonly state: DirectoryState['state']
  readonly limits: CacheLimits
  readonly objects: ObjectStore
  readonly #layout: Layout | undefined
  readonly #events: EventSink
  readonly #counts = new Map<string, number>()
  #warned = false

  constructor(directory: string | undefined, state: DirectoryState, limits: CacheLimits, events: EventSink) {
    this.directory = directory
    this.state = state.state
    this.limits = limits
    this.#events = events
    this.#layout = directory === undefined || state.state === 'off' ? undefined : layoutOf(directory)
    this.objects = new ObjectStore(this.#layout, state.state === 'ready', (counter, reason) =>
      this.#degrade(counter, reason),
    )
    if (state.state !== 'ready' && state.isWanted !== false) this.#degrade('degraded', state.reason)
  }

  get memoDirectory(): string | undefined {
    return this.state === 'ready' ? this.#layout?.toolchain : undefined
  }

  get counts(): Counts {
    return Object.fromEntries(this.#counts)
  }

  count(counter: Counter, times = 1): void {
    if (times === 0) return
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + times)
    if (this.state === 'ready' && this.#layout !== undefined) countOutcome(this.#layout.stats, counter, times)
    this.#events({ type: 'cache', counter, ...(times > 1 && { times }) })
  }

  /** Counts every fault, warns of the first. */
  #degrade(counter: Counter, reason: string): void {
    this.count(counter)
    if (this.#warned) return
    this.#warned = true
    this.#events({
      type: 'warning',
      message: `the cache cannot be used as it should: ${reason}`,
      hint: 'Compiling works, but is repeated. Choose another directory with --cache-dir, or see rvr cache verify.',
    })
  }

  async lookupInput(inputKey: string): Promise<string | undefined> {
    if (this.#layout === undefined) return undefined
    const mapping = readMapping(this.#layout, inputKey)
    if (typeof mapping === 'object') {
      this.count('input-hit')
      return mapping.artifact
    }
    if (mapping === 'damaged') {
      this.#degrade('mapping-damaged', `${inputFile(this.#layout, inputKey)} is damaged`)
      await quarantine(this.#layout, inputFile(this.#layout, inputKey))
    }
    this.count('input-miss')
    return undefined
  }

  async lookup(key: string): Promise<Entry | undefined> {
    if (this.#layout === undefined) return undefined
    const found = await lookupEntry(this.#layout, key)
    if (found.state === 'found') {
      if (this.state === 'ready') await this.#used(this.#layout, key)
      this.count('hit')
      return found.entry
    }
    if (found.state === 'damaged') {
      this.#degrade('quarantined', `the entry ${key.slice(0, 12)} is damaged (${found.reason}); it is built anew`)
      await quarantine(this.#layout, entryDirectory(this.#layout, key))
    }
    this.count('miss')
    return undefined
  }

  async publish(key: string, inputKey: string, libraryFile: string, draft: ManifestDraft): Promise<Entry | undefined> {
    if (this.#layout === undefined || this.state !== 'ready') return undefined
    try {
      const entry = await this.#store(this.#layout, key, inputKey, libraryFile, draft)
      await this.#maintain(this.#layout, key, draft)
      return entry
    } catch (error) {
      this.#degrade('publish-failed', messageOf(error))
      return undefined
    }
  }

  async #used(layout: Layout, key: string): Promise<void> {
    markUsed(layout, key)
    if (noteUse(layout, key)) await foldUses(layout).catch(() => {}) // the next one who publishes folds it
  }

  /** What is done for the store after publishing; a fault of it is no fault of the entry. */
  async #maintain(
    layout: Layout,
    published: string,
    { inputParts, details }: Pick<ManifestDraft, 'inputParts' | 'details'>,
  ): Promise<void> {
    try {
      await this.#used(layout, published)
      if (details !== undefined)
        await (await import('./explain/details.ts')).writeDetails(layout, inputParts, await details())
      for (const done of await maintainAfter(layout, published, this.limits)) this.#countMaintenance(done)
    } catch (error) {
      this.#degrade('maintenance-failed', messageOf(error))
    }
  }

  #countMaintenance({ evicted, evictedObjects, swept }: Maintenance): void {
    for (const _ of evicted) this.count('evicted')
    this.count('object-evicted', evictedObjects)
    const leftovers = Object.values(swept ?? {}).reduce<number>((sum, number) => sum + number, 0)
    for (let index = 0; index < leftovers; index++) this.count('swept')
  }

  async *manifestsOf(guest: string): AsyncGenerator<Manifest, void, void> {
    if (this.#layout !== undefined) yield* (await import('./of-guest.ts')).manifestsOfGuest(this.#layout, guest)
  }

  async explain(input: Key, details: Details): Promise<Explanation> {
    const { explainLookup } = await import('./explain/explain.ts')
    return this.#layout === undefined
      ? { outcome: 'off', reason: 'the cache is off', differences: [] }
      : explainLookup(this.#layout, input, details)
  }

  async prune(limits: Partial<CacheLimits> = {}): Promise<Maintenance | undefined> {
    const own = accept(Prune, 'cache.prune', limits)
    if (this.#layout === undefined || this.state !== 'ready') return undefined
    const done = await pruneStore(this.#layout, { ...this.limits, ...own })
    if (done !== undefined) this.#countMaintenance(done)
    return done
  }

  async #store(
    layout: Layout,
    key: string,
    inputKey: string,
    libraryFile: string,
    draft: ManifestDraft,
  ): Promise<Entry> {
    const entry = await this.#publishOrFind(layout, key, inputKey, libraryFile, draft)
    try {
      await this.#map(layout, inputKey, key)
      return entry
    } catch (error) {
      entry.file.close()
      throw error
    }
  }

  async #map(layout: Layout, inputKey: string, key: string): Promise<void> {
    const before = readMapping(layout, inputKey)
    if (typeof before === 'object' && before.artifact !== key)
      this.#degrade(
        'mapping-changed',
        `the input ${inputKey.slice(0, 12)} led to two different projects: code generation is not deterministic`,
      )
    if (typeof before !== 'object' || before.artifact !== key) await writeMapping(layout, inputKey, key)
  }

  async #publishOrFind(
    layout: Layout,
    key: string,
    inputKey: string,
    libraryFile: string,
    draft: ManifestDraft,
  ): Promise<Entry> {
    for (let tries = 1; tries <= PUBLISH_TRIES; tries++) {
      const own = await publishEntry(layout, key, inputKey, libraryFile, draft)
      if (own !== undefined) {
        this.count('publish')
        return own
      }
      const found = await lookupEntry(layout, key)
      if (found.state === 'found') {
        this.count('publish-lost-race')
        return found.entry
      }
      if (found.state === 'absent') continue // what was in the way has been evicted since
      this.#degrade('quarantined', `the entry ${key.slice(0, 12)} is damaged (${found.reason})`)
      await quarantine(layout, entryDirectory(layout, key))
    }
    throw new Error('something is in the way of the entry, again and again')
  }

  withBuildLock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withLock(
      this.state === 'ready' ? this.#layout?.locks : undefined,
      key,
      work,
      counter => this.count(counter),
      signal,
    )
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
    return this.#layout === undefined ? [] : verifyStore(this.#layout)
  }

  async discard(key: string, reason: string): Promise<void> {
    if (this.#layout === undefined) return
    this.#degrade('quarantined', `the entry ${key.slice(0, 12)} cannot be used (${reason}); it is built anew`)
    await quarantine(this.#layout, entryDirectory(this.#layout, key))
  }

  async export(
    keyPrefix: string,
    file: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<ExportedEntry> {
    const { exportEntry } = await import('./export-entry.ts')
    const [found, ...others] = await this.show(keyPrefix)
    if (others.length > 0)
      throw new RvrError('USAGE', `${others.length + 1} entries have keys that start with ${keyPrefix}`, {
        hint: 'Give more digits.',
        details: { key: keyPrefix },
      })
    const entry = found && (await this.lookup(found.key))
    if (entry === undefined)
      throw new RvrError('USAGE', `no entry has a key that starts with ${keyPrefix}`, {
        hint: 'rvr cache ls prints the keys.',
        details: { key: keyPrefix },
      })
    return exportEntry(entry, file, signal)
  }

  async import(file: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ImportedEntry> {
    const layout = this.#layout
    if (layout === undefined || this.state !== 'ready')
      throw new RvrError('IO', `nothing can be stored in the cache: it is ${this.state}`, {
        hint: 'Choose another directory with --cache-dir.',
      })
    const { importEntry } = await import('./import-entry.ts')
    return importEntry(
      layout,
      file,
      async (manifest, library) => {
        const {
          key,
          inputKey,
          info,
          library: { bytes },
        } = manifest
        const before = this.counts['publish'] ?? 0
        const entry = await this.publish(key, inputKey, library, manifest)
        if (entry === undefined)
          throw new RvrError('IO', `${file} could not be stored in ${this.directory}`, {
            hint: 'The warning above says why.',
            details: { path: file },
          })
        entry.file.close()
        return { key, inputKey, bytes, info, stored: (this.counts['publish'] ?? 0) > before }
      },
      signal,
    )
  }

  async clear(): Promise<number> {
    return this.#layout === undefined ? 0 : clearStore(this.#layout)
  }
}

/**
 * Opens the cache directory, creating it if needed. Throws CACHE_UNSAFE when another user owns it or can write to it. A
 * directory that cannot be created or written gives a cache that works less or not at all, with one warning and the
 * counter `degraded`.
 */
export async function openCache(options: CacheOptions = {}, events: EventSink = noEvents): Promise<Cache> {
  const environment = options.environment ?? process.env
  const limits = limitsFrom(options, environment, message => events({ type: 'warning', message }))
  if (options.cacheDir === false)
    return new OpenCache(undefined, { state: 'off', reason: 'it is turned off', isWanted: false }, limits, events)
  const directory = cacheDirectory(options.cacheDir, environment)
  if (directory === undefined)
    return new OpenCache(
      undefined,
      { state: 'off', reason: 'there is no home directory to keep it in' },
      limits,
      events,
    )
  return new OpenCache(directory, prepareDirectory(directory), limits, events)
}
