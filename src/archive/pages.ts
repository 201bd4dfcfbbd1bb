/** Pages of a guest's memory in an archive: sections 0x403 and 0x404. */
import type { Archive } from './archive.ts'

const NUMBERS = 0x403
const PAGES = 0x404

export const PAGE_BYTES = 4096
const LONG_BYTES = 8

/** Pages of 4096 bytes; those that are not here are zero. */
export interface Pages {
  /** Ascending: address / 4096. */
  readonly numbers: readonly number[]
  /** In the same order, one after another. */
  readonly pages: Uint8Array
}

/** @param pages bytes of all pages, in parts of any length */
export function pageSections(
  numbers: readonly number[],
  pages: readonly Uint8Array[],
): [number, readonly ArrayBufferView[]][] {
  return [
    [NUMBERS, [BigUint64Array.from(numbers, BigInt)]],
    [PAGES, pages],
  ]
}

/** Pages stay where they lie, below address `end`. @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4. */
export function pagesIn(archive: Archive, end: number): Pages {
  const count = end / PAGE_BYTES
  const longs = archive.longs(NUMBERS)
  const pages = archive.view(PAGES)
  if (pages.length !== PAGE_BYTES * longs.length)
    throw archive.invalid(
      PAGES,
      { layer: 3, what: 'shape', found: pages.length / PAGE_BYTES, wanted: longs.length },
      `it has ${pages.length / PAGE_BYTES} pages, and numbers of ${longs.length}`,
    )
  const numbers: number[] = []
  for (const long of longs) {
    const number = Number(long)
    const last = numbers.at(-1) ?? -1
    if (number <= last || number >= count)
      throw archive.invalid(
        NUMBERS,
        { layer: 4, what: 'order', at: LONG_BYTES * numbers.length, found: number },
        `page number ${long} cannot stand behind ${last}: they ascend, below ${count}`,
      )
    numbers.push(number)
  }
  return { numbers, pages }
}
