/** Pages of guest memory that are not zero: what a saved run keeps of it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Archive } from '../../archive/archive.ts'
import { PAGE_BYTES, PAGE_COUNT, pageSections, pagesIn, type Pages } from '../../archive/pages.ts'
import type { Image } from '../../elf/image.ts'

/**
 * Pages compared at once where there is nothing; then the event loop has its turn, because pages never touched are slow
 * to read first.
 */
const STRETCH = 256
/** Pages copied between two turns of the event loop. */
const BATCH = 4096

const zeros = Buffer.alloc(STRETCH * PAGE_BYTES)

const bytesOf = (memory: Uint8Array, from: number, to: number): Uint8Array =>
  memory.subarray(from * PAGE_BYTES, to * PAGE_BYTES)

const isZero = (bytes: Uint8Array): boolean => Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0

/** Page numbers, ascending. `signal` ends the search with its reason. */
async function pagesOf(memory: Uint8Array, signal: AbortSignal | undefined): Promise<number[]> {
  const found: number[] = []
  for (let first = 0; first < PAGE_COUNT; first += STRETCH) {
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
  memory: Uint8Array,
  signal?: AbortSignal,
): Promise<[number, readonly ArrayBufferView[]][]> {
  const numbers = await pagesOf(memory, signal)
  const starts = numbers.filter((page, index) => index === 0 || numbers[index - 1] !== page - 1)
  const ends = numbers.filter((page, index) => numbers[index + 1] !== page + 1)
  return pageSections(
    numbers,
    starts.map((start, index) => bytesOf(memory, start, ends[index]! + 1)),
  )
}

/** @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4: also where a page is zero, which would be nowhere. */
export function savedPagesIn(archive: Archive): Pages {
  const all = pagesIn(archive)
  const wrong = all.numbers.findIndex((_, index) => isZero(bytesOf(all.pages, index, index + 1)))
  if (wrong < 0) return all
  throw archive.invalid(
    0x404,
    { layer: 4, what: 'value', at: PAGE_BYTES * wrong },
    `page ${all.numbers[wrong]} is zero, and zero pages are not kept`,
  )
}

/** Makes the memory of a guest that was loaded what was saved. */
export async function restoreMemory(memory: Uint8Array, { segments }: Image, { numbers, pages }: Pages): Promise<void> {
  for (const { address, bytes } of segments) memory.fill(0, address, address + bytes.length)
  for (const [index, page] of numbers.entries()) {
    memory.set(bytesOf(pages, index, index + 1), page * PAGE_BYTES)
    if (index % BATCH === BATCH - 1) await nextTurn()
  }
}
