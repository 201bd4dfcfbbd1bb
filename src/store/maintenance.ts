/** Keeps the store within its limits: after publishing and on request, one process at a time. */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { evictOver, type Eviction } from './evict.ts'
import type { Layout } from './layout.ts'
import type { CacheLimits } from './limits.ts'
import { tryLock } from './lock.ts'
import { isSweepDue, sweepStore, type Swept } from './sweep.ts'
import { mark } from './uses.ts'

/** What was done for the store. */
export interface Maintenance extends Eviction {
  /** Undefined when it was too early for a sweep. */
  readonly swept: Swept | undefined
}

const LOCK = 'maintenance'

/**
 * Runs `work` alone among all processes; undefined when another one is at it. Where files cannot be locked it runs all
 * the same: every step bears company.
 */
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
 * Left by who found another process at work: it may have looked before the new entry was there, and has to look again.
 */
const NOTE = 'wanted'

function leaveNote(layout: Layout): void {
  try {
    mark(layout, NOTE)
  } catch {
    // a full disk has no room for a note, and all the more need to make some
  }
}

/**
 * Rounds of `work`, alone: one, and one more as long as others have left a note. None when another process is at it.
 */
async function rounds(layout: Layout, work: (now: number) => Promise<Maintenance>): Promise<Maintenance[]> {
  const note = join(layout.uses, NOTE)
  const done: Maintenance[] = []
  do {
    const round = await alone(layout, () => {
      rmSync(note, { force: true })
      return work(Date.now())
    })
    if (round === undefined) break
    done.push(round)
  } while (statSync(note, { throwIfNoEntry: false }) !== undefined)
  return done
}

/** Makes the limits hold after `published` was stored, which stays itself, and sweeps if it is time. */
export async function maintainAfter(layout: Layout, published: string, limits: CacheLimits): Promise<Maintenance[]> {
  leaveNote(layout)
  return rounds(layout, async now => ({
    ...(await evictOver(layout, limits, now, published)),
    swept: isSweepDue(layout, now) ? await sweepStore(layout, now) : undefined,
  }))
}

/** Makes the limits hold and sweeps, now; undefined when another process is at it. */
export async function pruneStore(layout: Layout, limits: CacheLimits): Promise<Maintenance | undefined> {
  const [first, ...more] = await rounds(layout, async now => ({
    ...(await evictOver(layout, limits, now)),
    swept: await sweepStore(layout, now),
  }))
  // What others stored meanwhile belongs to the answer.
  return first === undefined
    ? undefined
    : {
        ...first,
        ...more.at(-1),
        evicted: [first, ...more].flatMap(round => round.evicted),
        evictedObjects: [first, ...more].reduce((sum, round) => sum + round.evictedObjects, 0),
        swept: first.swept,
      }
}
