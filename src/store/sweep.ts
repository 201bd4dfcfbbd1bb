/** Clears away what crashes, damage and old versions have left in the store. */
import { readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { foldCounters } from './counters.ts'
import { entryDirectory, inputFile, isKey, type Layout } from './layout.ts'
import { tryLock } from './lock.ts'
import { readMapping } from './mapping.ts'
import { foldUses, mark } from './uses.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Nothing is staged for this long by a process that lives. */
const STAGED_MS = HOUR_MS
const QUARANTINED_MS = 30 * DAY_MS
/** How often a store is swept by itself. */
const EVERY_MS = HOUR_MS
/** Details that are kept at most: what differs from a key older than that is said without them. */
const DETAILS = 128

/** What was removed, by kind. */
export interface Swept {
  readonly staging: number
  readonly quarantine: number
  readonly mappings: number
  readonly locks: number
  readonly details: number
}

interface Item {
  readonly path: string
  readonly name: string
  readonly ageMs: number
}

function itemsIn(directory: string, now: number): Item[] {
  try {
    return readdirSync(directory).map(name => {
      const path = join(directory, name)
      return { path, name, ageMs: now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) }
    })
  } catch {
    return []
  }
}

async function removeAll(items: readonly Item[]): Promise<number> {
  for (const { path } of items) await rm(path, { recursive: true, force: true })
  return items.length
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

/** Mappings to entries that are gone. */
function danglingMappings(layout: Layout, now: number): Item[] {
  return itemsIn(layout.inputs, now).filter(({ name }) => {
    const input = name.replace(/\.json$/, '')
    const mapping = isKey(input) ? readMapping(layout, input) : 'damaged'
    return typeof mapping === 'string'
      ? !isKey(input) || exists(inputFile(layout, input))
      : !exists(entryDirectory(layout, mapping.artifact))
  })
}

/** Files of locks whose holders were killed: whoever takes such a lock removes its file when letting go. */
async function sweepLocks(layout: Layout, now: number): Promise<number> {
  let swept = 0
  for (const { path, name } of itemsIn(layout.locks, now)) {
    if (!isKey(name)) continue
    const lock = await tryLock(path)
    if (typeof lock !== 'object') continue
    lock.release()
    swept++
  }
  return swept
}

/** Sweeps the whole store. The caller holds the maintenance lock. */
export async function sweepStore(layout: Layout, now: number): Promise<Swept> {
  // What makes room comes first: the rest needs some.
  const swept = {
    staging: await removeAll(itemsIn(layout.staging, now).filter(item => item.ageMs > STAGED_MS)),
    quarantine: await removeAll(itemsIn(layout.quarantine, now).filter(item => item.ageMs > QUARANTINED_MS)),
    mappings: await removeAll(danglingMappings(layout, now)),
    locks: await sweepLocks(layout, now),
    details: await removeAll(
      itemsIn(layout.details, now)
        .toSorted((a, b) => a.ageMs - b.ageMs)
        .slice(DETAILS),
    ),
  }
  mark(layout, 'swept')
  await foldCounters(layout.stats)
  await foldUses(layout)
  return swept
}

/** Was the last sweep long enough ago? */
export function isSweepDue(layout: Layout, now: number): boolean {
  const last = statSync(join(layout.uses, 'swept'), { throwIfNoEntry: false })?.mtimeMs
  return last === undefined || last < now - EVERY_MS
}
