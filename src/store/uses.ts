/** The order in which entries were used, exact across processes: one appended line per use, folded now and then. */
import { closeSync, fstatSync, futimesSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openForAppending, replaceFile } from './durable.ts'
import { isKey, type Layout } from './layout.ts'
import { tryLock } from './lock.ts'
import { readStoredText } from './open-file.ts'

const LOG = 'log'
/** Keys from the logs that are gone, in the order of their last use. */
const ORDER = 'order'
/** A log that has grown to this many bytes is set aside for folding. */
const LOG_LIMIT_BYTES = 1 << 20
/** Nobody holds a log open this long, in milliseconds. */
const SETTLED_MS = 10_000

/**
 * Notes a use of `key`; true when it is time to fold. The system appends whole lines one after the other, whoever
 * writes them.
 */
export function noteUse(layout: Layout, key: string, limitBytes = LOG_LIMIT_BYTES): boolean {
  try {
    const path = join(layout.uses, LOG)
    const log = openForAppending(path)
    try {
      writeSync(log, `${key}\n`)
      if (fstatSync(log).size < limitBytes) return false
      renameSync(path, join(layout.uses, `${LOG}.${Date.now()}.${randomBytes(4).toString('hex')}`))
      return true
    } finally {
      closeSync(log)
    }
  } catch {
    return false // a store that cannot be written keeps no record of use
  }
}

function setAside(layout: Layout): string[] {
  try {
    return readdirSync(layout.uses)
      .filter(name => name.startsWith(`${LOG}.`))
      .toSorted()
  } catch {
    return []
  }
}

function linesOf(layout: Layout, name: string): string[] {
  try {
    return readStoredText(join(layout.uses, name)).split('\n').filter(isKey)
  } catch {
    return []
  }
}

/** Keys in the order of their last mention. */
function byLastMention(layout: Layout, names: readonly string[]): Set<string> {
  const keys = new Set<string>()
  for (const name of names) {
    for (const key of linesOf(layout, name)) {
      keys.delete(key)
      keys.add(key)
    }
  }
  return keys
}

/** Keys that were used, the least recently used first. */
export function readUses(layout: Layout): string[] {
  return [...byLastMention(layout, [ORDER, ...setAside(layout), LOG])]
}

/** Changes with every use. */
export function usesStamp(layout: Layout): string {
  try {
    const { ino, size } = statSync(join(layout.uses, LOG))
    return `${ino}/${size}`
  } catch {
    return ''
  }
}

/** Leaves a mark in the folder of uses: an empty file whose time is now. */
export function mark(layout: Layout, name: string): void {
  const file = openForAppending(join(layout.uses, name))
  try {
    const now = Date.now() / 1000
    futimesSync(file, now, now)
  } finally {
    closeSync(file)
  }
}

/** Folds logs that were set aside into one list; returns how many. Does nothing while another process folds. */
export async function foldUses(layout: Layout): Promise<number> {
  const lock = await tryLock(join(layout.locks, 'uses'))
  if (lock === undefined || lock === 'unavailable') return 0
  try {
    return await fold(layout)
  } finally {
    lock.release()
  }
}

/** Folding a log twice changes nothing, so a crash between the steps does not matter. */
async function fold(layout: Layout): Promise<number> {
  const names = setAside(layout)
  const fresh = names.findIndex(
    name => (statSync(join(layout.uses, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) > Date.now() - SETTLED_MS,
  )
  const settled = fresh === -1 ? names : names.slice(0, fresh)
  if (settled.length === 0) return 0
  await replaceFile(
    layout.staging,
    join(layout.uses, ORDER),
    [...byLastMention(layout, [ORDER, ...settled])].map(key => `${key}\n`).join(''),
  )
  for (const name of settled) rmSync(join(layout.uses, name), { force: true })
  return settled.length
}
