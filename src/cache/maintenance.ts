/** Keeps the store within its limits: after publishing and on request, one process at a time. */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { evictOver, type Eviction } from './evict.ts'
import type { Layout } from './layout.ts'
import type { CacheLimits } from './limits.ts'
import { tryLock } from './lock.ts'
import { isSweepDue, sweepStore, type Swept } from './sweep.ts'
import { foldUses, mark } from './uses.ts'

/** What was done for the store. */
export interface Maintenance extends Eviction {
  /** Undefined when it was too early for a sweep. */
  readonly swept: Swept | undefined
}

const LOCK = 'maintenance'

/** Runs `work` alone among all processes; undefined when another one is at it. Where files cannot be locked it runs all the same: every step bears company. */
async function alone<T>(layout: Layout, work: () => Promise<T>): Promise<T | undefined> {
  const lock = await tryLock(join(layout.locks, LOCK))
  if (lock === undefined) return undefined
  try {
    return await work()
  } finally {
    if (lock !== 'unavailable') lock.release()
  }
}

/**
 * Makes the limits hold after `published` was stored, which stays itself, and sweeps if it is time. When another process is doing that it may have looked before
 * the new entry was there: a note tells it to look again.
 */
export async function maintainAfter(layout: Layout, published: string, limits: CacheLimits): Promise<Maintenance[]> {
  const note = join(layout.uses, 'wanted')
  const done: Maintenance[] = []
  mark(layout, 'wanted')
  do {
    const round = await alone(layout, async () => {
      rmSync(note, { force: true })
      const now = Date.now()
      return { ...await evictOver(layout, limits, now, published), swept: isSweepDue(layout, now) ? await sweepStore(layout, now) : undefined }
    })
    if (round === undefined) break
    done.push(round)
  } while (statSync(note, { throwIfNoEntry: false }) !== undefined)
  return done
}

/** Makes the limits hold and sweeps, now; undefined when another process is at it. */
export function pruneStore(layout: Layout, limits: CacheLimits): Promise<Maintenance | undefined> {
  return alone(layout, async () => {
    const now = Date.now()
    return { ...await evictOver(layout, limits, now), swept: await sweepStore(layout, now) }
  })
}

/** Folds the record of uses when it has grown long. */
export async function foldUsesAlone(layout: Layout): Promise<void> {
  await alone(layout, () => foldUses(layout))
}
