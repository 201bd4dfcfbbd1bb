/** Removes the least recently used entries and objects until the limits hold. */
import { readdirSync, renameSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { uniqueName } from './durable.ts'
import { rememberEvicted, type EvictedEntry } from './evicted.ts'
import { entryDirectory, inputFile, isKey, ARTIFACT_FILE, MANIFEST_FILE, USED_FILE, type Layout } from './layout.ts'
import type { CacheLimits } from './limits.ts'
import { parseManifest } from './manifest.ts'
import { readMapping } from './mapping.ts'
import { readStoredText } from './open-file.ts'
import { removeObject, storedObjects } from './objects.ts'
import { readUses, usesStamp } from './uses.ts'

export interface Eviction {
  readonly evicted: readonly EvictedEntry[]
  /** Compiled C files that had to go. */
  readonly evictedObjects: number
  /** What is left. */
  readonly entries: number
  readonly objects: number
  /** Of both. */
  readonly bytes: number
}

interface Candidate {
  readonly key: string
  readonly bytes: number
  readonly usedMs: number
  readonly isObject?: true
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function usedMsOf(directory: string): number {
  return (
    (statSync(join(directory, USED_FILE), { throwIfNoEntry: false }) ?? statSync(directory, { throwIfNoEntry: false }))
      ?.mtimeMs ?? 0
  )
}

/** All entries and objects with what they take on the disk; others get their turn between folders. */
async function scan(layout: Layout): Promise<Candidate[]> {
  const found: Candidate[] = []
  for (const shard of namesIn(layout.artifacts)) {
    for (const key of namesIn(join(layout.artifacts, shard)).filter(isKey)) {
      const directory = entryDirectory(layout, key)
      found.push({
        key,
        bytes: sizeOf(join(directory, ARTIFACT_FILE)) + sizeOf(join(directory, MANIFEST_FILE)),
        usedMs: usedMsOf(directory),
      })
    }
    await nextTurn()
  }
  for (const object of storedObjects(layout)) found.push({ ...object, isObject: true })
  return found
}

/**
 * The least recently used first. Entries whose uses were not recorded come before all others, by the time of their last
 * use.
 */
export function leastRecentFirst<T extends Candidate>(entries: readonly T[], uses: readonly string[]): T[] {
  const rank = new Map(uses.map((key, index) => [key, index]))
  return entries.toSorted(
    (a, b) => (rank.get(a.key) ?? -1) - (rank.get(b.key) ?? -1) || a.usedMs - b.usedMs || (a.key < b.key ? -1 : 1),
  )
}

function recordOf(
  directory: string,
  { key, bytes, usedMs }: Candidate,
  reason: EvictedEntry['reason'],
  now: number,
): EvictedEntry {
  let manifest
  try {
    manifest = parseManifest(readStoredText(join(directory, MANIFEST_FILE)), key)
  } catch {
    // a damaged entry: what it was is not known
  }
  return {
    key,
    inputKey: manifest?.inputKey ?? '',
    info: manifest?.info ?? {},
    bytes,
    usedMs,
    evictedMs: now,
    reason,
  }
}

/**
 * Removes one entry. It leaves its place in one step, so that others find all of it or nothing; who has found it has
 * its file open and is not hurt. Undefined when it was gone already.
 */
async function evictEntry(
  layout: Layout,
  entry: Candidate,
  reason: EvictedEntry['reason'],
  now: number,
): Promise<EvictedEntry | undefined> {
  const directory = entryDirectory(layout, entry.key)
  const aside = join(layout.staging, uniqueName())
  const record = recordOf(directory, entry, reason, now)
  try {
    renameSync(directory, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const mapping = isKey(record.inputKey) ? readMapping(layout, record.inputKey) : 'absent'
  if (typeof mapping === 'object' && mapping.artifact === entry.key)
    await rm(inputFile(layout, record.inputKey), { force: true })
  await rm(aside, { recursive: true, force: true })
  return record
}

const lastUse = (layout: Layout, { key, usedMs, isObject }: Candidate): number =>
  isObject ? usedMs : usedMsOf(entryDirectory(layout, key))

/** Makes the limits hold; the entry `except` stays whatever they are. The caller holds the maintenance lock. */
export async function evictOver(
  layout: Layout,
  { maxBytes, maxAgeMs }: CacheLimits,
  now: number,
  except?: string,
): Promise<Eviction> {
  const all = await scan(layout)
  let stamp = usesStamp(layout)
  let queue = leastRecentFirst(all, readUses(layout))
  let bytes = all.reduce((sum, entry) => sum + entry.bytes, 0)
  let objects = all.filter(({ isObject }) => isObject).length
  let entries = all.length - objects
  let evictedObjects = 0
  const evicted: EvictedEntry[] = []
  while (queue.length > 0 && (bytes > maxBytes || maxAgeMs !== Infinity)) {
    const before = stamp
    stamp = usesStamp(layout)
    // Others have used entries since the queue was made.
    if (stamp !== before) queue = leastRecentFirst(queue, readUses(layout))
    const oldest = queue.shift()!
    if (oldest.key === except) continue
    const isOld = lastUse(layout, oldest) < now - maxAgeMs
    const reason = bytes > maxBytes ? 'size' : isOld && 'age'
    if (reason === false) continue
    bytes -= oldest.bytes
    if (oldest.isObject) {
      if (await removeObject(layout, oldest.key)) evictedObjects++
      objects--
      continue
    }
    const record = await evictEntry(layout, oldest, reason, now)
    if (record !== undefined) evicted.push(record)
    entries--
  }
  await rememberEvicted(layout, evicted)
  return { evicted, evictedObjects, entries, objects, bytes }
}
