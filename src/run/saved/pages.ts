/** Which pages of guest memory differ from those of the loaded guest. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Image } from '../../elf/image.ts'
import { PAGE_BYTES, PAGES } from './format.ts'

/**
 * Pages compared at once where the guest has loaded nothing; then the event loop has its turn, because pages never
 * touched are slow to read first.
 */
const STRETCH = 256

const zeros = Buffer.alloc(STRETCH * PAGE_BYTES)

/** The page as it was when the guest was loaded, in `scratch`. */
function loadedPage({ segments }: Image, page: number, scratch: Buffer): Uint8Array {
  scratch.fill(0)
  const start = page * PAGE_BYTES
  const end = start + PAGE_BYTES
  for (const { address, bytes } of segments) {
    if (address >= end || address + bytes.length <= start) continue
    const from = Math.max(start, address)
    scratch.set(bytes.subarray(from - address, end - address), from - start)
  }
  return scratch
}

/** Page numbers, ascending. `signal` ends the search with its reason. */
export async function changedPages(image: Image, memory: Uint8Array, signal?: AbortSignal): Promise<Uint32Array> {
  const changed: number[] = []
  const scratch = Buffer.alloc(PAGE_BYTES)
  const isLoaded = (from: number, to: number): boolean =>
    image.segments.some(({ address, bytes }) => address < to * PAGE_BYTES && address + bytes.length > from * PAGE_BYTES)
  for (let first = 0; first < PAGES; first += STRETCH) {
    const isBare = !isLoaded(first, first + STRETCH)
    if (!isBare || Buffer.compare(memory.subarray(first * PAGE_BYTES, (first + STRETCH) * PAGE_BYTES), zeros) !== 0) {
      for (let page = first; page < first + STRETCH; page++) {
        const was = isBare ? zeros.subarray(0, PAGE_BYTES) : loadedPage(image, page, scratch)
        if (Buffer.compare(memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), was) !== 0) changed.push(page)
      }
    }
    await nextTurn()
    signal?.throwIfAborted()
  }
  return Uint32Array.from(changed)
}
