/** A guest's memory and public values in an archive of content `fragments`: sections 0x403, 0x404 and 0x607. */
import { MEMORY_BYTES } from '../elf/image.ts'
import type { Archive } from './archive.ts'
import { pageSections, pagesIn, type Pages } from './pages.ts'

const PUBLIC_VALUES = 0x607

export interface RecordedMemory extends Pages {
  readonly publicValues: Uint8Array
}

export function memorySections(memory: RecordedMemory | undefined): [number, readonly ArrayBufferView[]][] {
  if (memory === undefined) return []
  return [...pageSections(memory.numbers, [memory.pages]), [PUBLIC_VALUES, [memory.publicValues]]]
}

/**
 * Undefined where there are no pages: every guest has some.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export function memoryIn(archive: Archive): RecordedMemory | undefined {
  const { numbers, pages } = pagesIn(archive, MEMORY_BYTES)
  const publicValues = archive.view(PUBLIC_VALUES)
  if (numbers.length > 0) return { numbers, pages, publicValues }
  if (publicValues.length === 0) return undefined
  throw archive.invalid(
    PUBLIC_VALUES,
    { layer: 3, what: 'shape', found: publicValues.length, wanted: 0 },
    'it has public values, and no memory',
  )
}
