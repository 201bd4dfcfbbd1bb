/** What is in the store: for `cache ls`, `cache show` and `cache clear`. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { entryDirectory, isKey, MANIFEST_FILE, USED_FILE, type Layout } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'

export interface StoredEntry {
  readonly key: string
  /** Artifact and manifest: what counts for the cache's limit. */
  readonly bytes: number
  readonly createdMs: number
  /** Milliseconds since 1970. */
  readonly usedMs: number
  readonly manifest: Manifest
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).then(
    names => names.toSorted(),
    () => [],
  )
}

/** Keys of all entries, damaged ones included, sorted. */
export async function storedKeys(layout: Layout): Promise<string[]> {
  const shards = await namesIn(layout.artifacts)
  const keys = await Promise.all(shards.map(shard => namesIn(join(layout.artifacts, shard))))
  return keys.flat().filter(isKey)
}

/** Reads one entry without digesting its artifact; undefined when it is gone or damaged. */
export async function readEntry(layout: Layout, key: string): Promise<StoredEntry | undefined> {
  const directory = entryDirectory(layout, key)
  try {
    const text = await readFile(join(directory, MANIFEST_FILE))
    const manifest = parseManifest(text.toString(), key)
    if (manifest === undefined) return undefined
    const usedMs = await stat(join(directory, USED_FILE)).then(
      stats => stats.mtimeMs,
      () => manifest.createdMs,
    )
    return { key, bytes: manifest.library.bytes + text.length, createdMs: manifest.createdMs, usedMs, manifest }
  } catch {
    return undefined
  }
}

/** All healthy entries, most recently used first. */
export async function listEntries(layout: Layout): Promise<StoredEntry[]> {
  const entries = await Promise.all((await storedKeys(layout)).map(key => readEntry(layout, key)))
  return entries
    .filter(entry => entry !== undefined)
    .toSorted((a, b) => b.usedMs - a.usedMs || (a.key < b.key ? -1 : 1))
}

/**
 * Removes everything but statistics and locks; returns how many artifacts there were. An artifact in use stays open
 * until its process ends.
 */
export async function clearStore(layout: Layout): Promise<number> {
  const keys = await storedKeys(layout)
  for (const folder of [
    layout.inputs,
    layout.artifacts,
    layout.objects,
    layout.staging,
    layout.quarantine,
    layout.memo,
    layout.uses,
    layout.details,
  ]) {
    for (const name of await namesIn(folder)) await rm(join(folder, name), { recursive: true, force: true })
  }
  return keys.length
}
