/** The store as the rest of rvr sees it. */
import type { Subject } from './about.ts'
import type { Counter, Counts } from './counters.ts'
import type { Key } from './digest.ts'
import type { DirectoryState } from './directory.ts'
import type { Explanation } from './explain/explain.ts'
import type { Described } from './explain/nearest.ts'
import type { ExportedEntry } from './export-entry.ts'
import type { ImportedEntry } from './import-entry.ts'
import type { StoredEntry } from './inventory.ts'
import type { CacheLimits } from './limits.ts'
import type { Entry } from './lookup.ts'
import type { Maintenance } from './maintenance.ts'
import type { Manifest, ManifestDraft } from './manifest.ts'
import type { ObjectStore } from './objects.ts'
import type { VerifyStep } from './verify.ts'

/**
 * An open cache. Lookups and publishing never reject for a fault of the cache: they warn once, count, and answer
 * undefined.
 */
export interface Cache {
  /** Absolute directory; undefined when the cache is off. */
  readonly directory: string | undefined
  readonly state: DirectoryState['state']
  /** Where callers remember what they found out; undefined when nothing can be written. */
  readonly memoDirectory: string | undefined
  /** Outcomes of this object alone. */
  readonly counts: Counts
  /** Pieces of what entries are made of. */
  readonly objects: ObjectStore
  /** Counts an outcome that the caller knows of (`build`, `build-failed`, `uncacheable`), so many times. */
  count(counter: Counter, times?: number): void
  /** The artifact key that an input key leads to. */
  lookupInput(inputKey: string): Promise<string | undefined>
  /** A whole artifact. A damaged one is moved to quarantine and missed. */
  lookup(key: string): Promise<Entry | undefined>
  /**
   * Stores a file; the stored entry (one's own or the winner's), or undefined when it could not be stored and the
   * caller's file has to do.
   */
  publish(key: string, inputKey: string, source: string, draft: ManifestDraft): Promise<Entry | undefined>
  /**
   * Lets one caller of all processes work on `key` at a time; look the key up again inside. Throws ABORTED when
   * `signal` fires while waiting.
   */
  withBuildLock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Outcomes of all processes so far. */
  stats(): Promise<Counts>
  list(): Promise<StoredEntry[]>
  /** Entries whose key starts with `keyPrefix`. */
  show(keyPrefix: string): Promise<StoredEntry[]>
  verify(): Promise<VerifyStep[]>
  /** Moves an entry to quarantine that is whole, but not what its key says. */
  discard(key: string, reason: string): Promise<void>
  /**
   * Writes the entry whose key is or starts with `keyPrefix` to a file.
   *
   * @throws RvrError `USAGE` (no such entry, or several), `IO`.
   */
  export(keyPrefix: string, file: string, options?: { readonly signal?: AbortSignal }): Promise<ExportedEntry>
  /**
   * Stores what `export` wrote, here or on another host.
   *
   * @throws RvrError `ARTIFACT_REFUSED` (no export, damaged, another version), `IO`.
   */
  import(file: string, options?: { readonly signal?: AbortSignal }): Promise<ImportedEntry>
  /** How much may stay, and how long. */
  readonly limits: CacheLimits
  /**
   * Makes the cache's limits hold, or others, and sweeps; undefined when another process is at it, or nothing can be
   * written.
   */
  prune(limits?: Partial<CacheLimits>): Promise<Maintenance | undefined>
  /** Manifests of the entries about a subject, the most recently used first. */
  manifestsAbout(subject: Subject): AsyncIterable<Manifest>
  /** Why the entry of an input key is there or not. Counts nothing and is no use of an entry. */
  explain<Kind extends string>(input: Key, described: Described<Kind>): Promise<Explanation<Kind>>
  /** Removes all entries; returns how many there were. */
  clear(): Promise<number>
}
