/** Section headers of little-endian ELF files; a damaged table reads as absent, nothing here throws. */

/** One section of a file. `bytes` is a view, empty for sections without file contents. */
export interface Section {
  readonly name: string
  readonly type: number
  readonly flags: number
  /** Where it lies in the memory of a program, and how many bytes it takes there. */
  readonly address: number
  readonly size: number
  /** Index of the section that this one refers to: the string table of a symbol table. */
  readonly link: number
  readonly entrySize: number
  readonly bytes: Uint8Array
}

const SHT_NOBITS = 8
const MAX_NAME_BYTES = 4096
const MAX_SECTION_NAME_BYTES = 128
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** The zero-terminated text at `offset` of a string table; empty where there is none, cut at `most` bytes. */
export function stringAt(table: Uint8Array, offset: number, most: number = MAX_NAME_BYTES): string {
  if (offset >= table.length) return ''
  const window = table.subarray(offset, offset + most)
  const end = window.indexOf(0)
  return decoder.decode(end < 0 ? window : window.subarray(0, end))
}

function isLittleEndianElf(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 52 &&
    bytes[0] === 0x7f &&
    bytes[1] === 0x45 &&
    bytes[2] === 0x4c &&
    bytes[3] === 0x46 &&
    bytes[5] === 1 &&
    (bytes[4] === 1 || (bytes[4] === 2 && bytes.length >= 64))
  )
}

/** All sections in file order; an empty array where the file has no table or a damaged one. */
export function readSections(bytes: Uint8Array): Section[] {
  if (!isLittleEndianElf(bytes)) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = bytes[4] === 2
  const u16 = (at: number): number => view.getUint16(at, true)
  const u32 = (at: number): number => view.getUint32(at, true)
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, true)) : u32(at))
  const table = word(wide ? 40 : 32)
  const tail = wide ? 58 : 46
  const size = wide ? 64 : 40
  const count = u16(tail + 2)
  const namesIndex = u16(tail + 4)
  if (table === 0 || u16(tail) !== size || table + count * size > bytes.length) return []
  const contents = (index: number): Uint8Array => {
    const at = table + index * size
    const offset = word(at + (wide ? 24 : 16))
    const length = word(at + (wide ? 32 : 20))
    return u32(at + 4) === SHT_NOBITS || offset + length > bytes.length
      ? bytes.subarray(0, 0)
      : bytes.subarray(offset, offset + length)
  }
  const names = namesIndex < count ? contents(namesIndex) : bytes.subarray(0, 0)
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * size
    return {
      name: stringAt(names, u32(at), MAX_SECTION_NAME_BYTES),
      type: u32(at + 4),
      flags: word(at + 8),
      address: word(at + (wide ? 16 : 12)),
      size: word(at + (wide ? 32 : 20)),
      link: u32(at + (wide ? 40 : 24)),
      entrySize: word(at + (wide ? 56 : 36)),
      bytes: contents(index),
    }
  })
}

/**
 * The contents of a section of an ELF64 little-endian file, such as a compiled library, read without executing the
 * file. Undefined for any other file, a damaged section table, a missing section and one without contents; never
 * throws.
 */
export function readSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  if (bytes[4] !== 2) return undefined
  const section = readSections(bytes).find(candidate => candidate.name === name)
  return section === undefined || section.bytes.length === 0 ? undefined : section.bytes
}
