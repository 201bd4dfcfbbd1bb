/** Which pages of a mapping anybody has touched: all others read as zeros, and reading them would take a while. */
import { closeSync, openSync, readSync } from 'node:fs'

export const PAGE_BYTES = 4096
const ENTRY_BYTES = 8
/** In the last byte of an entry of Linux's page map: the page is in memory, or in swap space. */
const PRESENT_OR_SWAPPED = 0xc0

/** Numbers of pages, ascending. `memory` is mapped at `address`. All pages, where the system does not tell. */
export function touchedPages(address: bigint, memory: Uint8Array): readonly number[] {
  const count = memory.length / PAGE_BYTES
  const map = Buffer.allocUnsafe(count * ENTRY_BYTES)
  const isKnown = readMap(map, (address / BigInt(PAGE_BYTES)) * BigInt(ENTRY_BYTES))
  const pages: number[] = []
  for (let page = 0; page < count; page++)
    if (!isKnown || (map[(page + 1) * ENTRY_BYTES - 1]! & PRESENT_OR_SWAPPED) !== 0) pages.push(page)
  return pages
}

/** False where the map could not be read as a whole. */
function readMap(into: Buffer, position: bigint): boolean {
  let file: number | undefined
  try {
    file = openSync('/proc/self/pagemap', 'r')
    for (let done = 0; done < into.length;) {
      const read = readSync(file, into, done, into.length - done, position + BigInt(done))
      if (read === 0) return false
      done += read
    }
    return true
  } catch {
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
