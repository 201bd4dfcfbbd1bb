/** What section headers say about addresses: which of them hold code, and which hold data. */
import { windowEnd, type AddressRange, type MemoryWindow, type SectionRanges } from './image.ts'
import { readSections } from './sections.ts'

const SHT_NULL = 0
const SHT_NOBITS = 8
const SHF_ALLOC = 2
const SHF_EXECINSTR = 4

function merged(ranges: readonly AddressRange[]): AddressRange[] {
  const result: AddressRange[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last === undefined || range.from > last.to) result.push(range)
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
  }
  return result
}

/** The ranges of sections that are loaded from the file: none without a section table, or with a damaged one. */
export function readSectionRanges(bytes: Uint8Array, memory: MemoryWindow): SectionRanges {
  const end = windowEnd(memory)
  const code: AddressRange[] = []
  const data: AddressRange[] = []
  for (const { type, flags, address, size } of readSections(bytes)) {
    const isLoaded = type !== SHT_NULL && type !== SHT_NOBITS && (flags & SHF_ALLOC) !== 0
    if (!isLoaded || size === 0 || address >= end) continue
    const kind = (flags & SHF_EXECINSTR) === 0 ? data : code
    kind.push({ from: address, to: Math.min(address + size, end) })
  }
  return { code: merged(code), data: merged(data) }
}
