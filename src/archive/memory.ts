/** A guest's memory in an archive: sections 0x403, 0x404 and 0x607. */
import { MEMORY_BYTES } from '../elf/image.ts'
import type { Archive } from './archive.ts'

const NUMBERS = 0x403
const PAGES = 0x404
const PUBLIC_VALUES = 0x607

const PAGE_BYTES = 4096
const PAGE_COUNT = MEMORY_BYTES / PAGE_BYTES
const LONG_BYTES = 8

/** Pages of 4096 bytes; those that are not here are zero. */
export interface RecordedMemory {
  /** Ascending: address / 4096. */
  readonly numbers: readonly number[]
  /** In the same order, one after another. */
  readonly pages: Uint8Array
  readonly publicValues: Uint8Array
}

export function memorySections(memory: RecordedMemory | undefined): [number, ArrayBufferView[]][] {
  if (memory === undefined) return []
  return [
    [NUMBERS, [BigUint64Array.from(memory.numbers, BigInt)]],
    [PAGES, [memory.pages]],
    [PUBLIC_VALUES, [memory.publicValues]],
  ]
}

/**
 * Undefined where there are no pages: every guest has some.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export function memoryIn(archive: Archive): RecordedMemory | undefined {
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
    if (number <= last || number >= PAGE_COUNT)
      throw archive.invalid(
        NUMBERS,
        { layer: 4, what: 'order', at: LONG_BYTES * numbers.length, found: number },
        `page number ${long} cannot stand behind ${last}: they ascend, below ${PAGE_COUNT}`,
      )
    numbers.push(number)
  }
  const publicValues = archive.view(PUBLIC_VALUES)
  if (numbers.length > 0) return { numbers, pages, publicValues }
  if (publicValues.length === 0) return undefined
  throw archive.invalid(
    PUBLIC_VALUES,
    { layer: 3, what: 'shape', found: publicValues.length, wanted: 0 },
    'it has public values, and no memory',
  )
}
