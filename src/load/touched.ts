/** Which parts of memory may be other than zero: those that somebody has touched. What nobody has is not even read. */
import { closeSync, openSync, readSync } from 'node:fs'
import { PAGE_BYTES, STRETCH_BYTES } from '../program/nonzero-pages.ts'
import { addressOfBytes } from './host-memory.ts'

const PAGES = STRETCH_BYTES / PAGE_BYTES
const ENTRY_BYTES = 8
/** In the highest byte of an entry of /proc/self/pagemap: the page is in memory, or in the swap space. */
const IS_THERE = 0xc0
/** Stretches whose entries are read at once. */
const BATCH = 64

function pagemap(): number | undefined {
  try {
    return openSync('/proc/self/pagemap', 'r')
  } catch {
    return undefined
  }
}

function hasPage(entries: Uint8Array): boolean {
  for (let at = ENTRY_BYTES - 1; at < entries.length; at += ENTRY_BYTES)
    if ((entries[at]! & IS_THERE) !== 0) return true
  return false
}

interface Stretch {
  /** Where it begins in memory. */
  readonly from: number
  /** Entries of its pages; undefined where the system does not say. */
  readonly entries: Uint8Array | undefined
}

function* stretchesOf(memory: Uint8Array): Generator<Stretch> {
  const address = addressOfBytes(memory)
  const map = address % BigInt(PAGE_BYTES) === 0n ? pagemap() : undefined
  const batch = new Uint8Array(BATCH * PAGES * ENTRY_BYTES)
  try {
    for (let from = 0; from < memory.length; from += BATCH * STRETCH_BYTES) {
      const position = Number(address / BigInt(PAGE_BYTES)) * ENTRY_BYTES + (from / PAGE_BYTES) * ENTRY_BYTES
      const read = map === undefined ? 0 : readSync(map, batch, 0, batch.length, position)
      const end = Math.min(memory.length, from + BATCH * STRETCH_BYTES)
      for (let at = from; at < end; at += STRETCH_BYTES) {
        const first = ((at - from) / PAGE_BYTES) * ENTRY_BYTES
        const behind = first + PAGES * ENTRY_BYTES
        yield { from: at, entries: behind <= read ? batch.subarray(first, behind) : undefined }
      }
    }
  } finally {
    if (map !== undefined) closeSync(map)
  }
}

/** Where the stretches of memory begin that somebody may have touched, ascending; all where the system does not say. */
export function* touchedStretches(memory: Uint8Array): Generator<number> {
  for (const { from, entries } of stretchesOf(memory)) if (entries === undefined || hasPage(entries)) yield from
}

/** The same for pages of PAGE_BYTES. */
export function* touchedPages(memory: Uint8Array): Generator<number> {
  for (const { from, entries } of stretchesOf(memory))
    for (let page = 0; page < PAGES; page++)
      if (entries === undefined || (entries[(page + 1) * ENTRY_BYTES - 1]! & IS_THERE) !== 0)
        yield from + page * PAGE_BYTES
}
