/** Pages of guest memory that are not zero: what a saved run keeps of it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Archive } from '../../archive/archive.ts'
import { PAGE_BYTES, pageSections, pagesIn, type Pages } from '../../archive/pages.ts'
import { ADDRESSES, type Image } from '../../elf/image.ts'
import { touchedStretches } from '../../load/touched.ts'
import { isZero, STRETCH_BYTES } from '../../program/nonzero-pages.ts'
import { bytesAt, isInMemory } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'

const STRETCH = STRETCH_BYTES / PAGE_BYTES
/** Pages copied between two turns of the event loop. */
const BATCH = 4096

const bytesOf = (memory: Uint8Array, from: number, to: number): Uint8Array =>
  memory.subarray(from * PAGE_BYTES, to * PAGE_BYTES)

/**
 * Page numbers from the beginning of memory, ascending. Pages never touched are not read. `signal` ends the search with
 * its reason.
 */
async function pagesOf(memory: Uint8Array, signal: AbortSignal | undefined): Promise<number[]> {
  const found: number[] = []
  for (const from of touchedStretches(memory)) {
    const first = from / PAGE_BYTES
    if (!isZero(bytesOf(memory, first, first + STRETCH)))
      for (let page = first; page < first + STRETCH; page++)
        if (!isZero(bytesOf(memory, page, page + 1))) found.push(page)
    await nextTurn()
    signal?.throwIfAborted()
  }
  return found
}

/** Views of guest memory, a part for all pages side by side. */
export async function memorySections(
  { memory, window }: Pick<Hart, 'memory' | 'window'>,
  signal?: AbortSignal,
): Promise<[number, readonly ArrayBufferView[]][]> {
  const numbers = await pagesOf(memory, signal)
  const starts = numbers.filter((page, index) => index === 0 || numbers[index - 1] !== page - 1)
  const ends = numbers.filter((page, index) => numbers[index + 1] !== page + 1)
  const base = window.base / PAGE_BYTES
  return pageSections(
    numbers.map(number => base + number),
    starts.map((start, index) => bytesOf(memory, start, ends[index]! + 1)),
  )
}

/** @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4: also where a page is zero, which would be nowhere. */
export function savedPagesIn(archive: Archive): Pages {
  const all = pagesIn(archive, ADDRESSES)
  const wrong = all.numbers.findIndex((_, index) => isZero(bytesOf(all.pages, index, index + 1)))
  if (wrong < 0) return all
  throw archive.invalid(
    0x404,
    { layer: 4, what: 'value', at: PAGE_BYTES * wrong },
    `page ${all.numbers[wrong]} is zero, and zero pages are not kept`,
  )
}

/** Makes the memory of a guest that was loaded what was saved. @throws Error where a page lies outside. */
export async function restoreMemory(hart: Hart, { segments }: Image, { numbers, pages }: Pages): Promise<void> {
  for (const { address, bytes } of segments) bytesAt(hart, address, bytes.length).fill(0)
  for (const [index, page] of numbers.entries()) {
    const address = page * PAGE_BYTES
    if (!isInMemory(hart.window, BigInt(address), PAGE_BYTES)) throw new Error(`page ${page} is not in guest memory`)
    bytesAt(hart, address, PAGE_BYTES).set(bytesOf(pages, index, index + 1))
    if (index % BATCH === BATCH - 1) await nextTurn()
  }
}
