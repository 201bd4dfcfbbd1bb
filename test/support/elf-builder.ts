/** Builds small ELF executables for tests. */
import type { Xlen } from '../../src/elf/image.ts'

export interface SegmentSpec {
  readonly address: number
  readonly bytes: Uint8Array
  /** PF_X 1, PF_W 2, PF_R 4; default 7. */
  readonly flags?: number
  readonly memorySize?: number
}

export interface SymbolSpec {
  readonly name: string
  readonly address: number
  readonly size?: number
  /** STT_NOTYPE 0, STT_OBJECT 1, STT_FUNC 2 (default), STT_SECTION 3, STT_FILE 4. */
  readonly type?: number
  /** Section index; 0 is undefined; default 0xfff1 (absolute). */
  readonly section?: number
}

/**
 * A section header beside those of the symbol table. Without contents of its own it says something about addresses
 * only.
 */
export interface SectionSpec {
  readonly name?: string
  /** Contents that no segment has; `size` is theirs then. */
  readonly bytes?: Uint8Array
  readonly address: number
  readonly size: number
  /** SHF_ALLOC 2, SHF_EXECINSTR 4. */
  readonly flags: number
  /** SHT_PROGBITS 1 (default), SHT_NOBITS 8. */
  readonly type?: number
}

export interface ElfSpec {
  readonly xlen: Xlen
  readonly entry: number
  readonly segments: readonly SegmentSpec[]
  readonly symbols?: readonly SymbolSpec[]
  readonly sections?: readonly SectionSpec[]
  readonly flags?: number
  /**
   * Places contents at file offsets congruent to their addresses modulo 4096, as operating systems want them; default
   * false.
   */
  readonly pageAligned?: boolean
}

/** A growing file with little-endian fields. */
function createWriter(xlen: Xlen) {
  let bytes = new Uint8Array(256)
  let length = 0
  const reserve = (count: number): DataView => {
    while (length + count > bytes.length) {
      const larger = new Uint8Array(bytes.length * 2)
      larger.set(bytes)
      bytes = larger
    }
    length += count
    return new DataView(bytes.buffer, length - count, count)
  }
  const writer = {
    get length(): number {
      return length
    },
    u8: (value: number): void => reserve(1).setUint8(0, value),
    u16: (value: number): void => reserve(2).setUint16(0, value, true),
    u32: (value: number): void => reserve(4).setUint32(0, value, true),
    word: (value: number): void => (xlen === 64 ? reserve(8).setBigUint64(0, BigInt(value), true) : writer.u32(value)),
    bytes: (value: Uint8Array): void => {
      const view = reserve(value.length)
      new Uint8Array(view.buffer, view.byteOffset, value.length).set(value)
    },
    finish: (): Uint8Array => bytes.slice(0, length),
  }
  return writer
}

function symbolTable(xlen: Xlen, symbols: readonly SymbolSpec[]): { table: Uint8Array; strings: Uint8Array } {
  const table = createWriter(xlen)
  const strings = createWriter(xlen)
  strings.u8(0)
  table.bytes(new Uint8Array(xlen === 64 ? 24 : 16))
  for (const { name, address, size = 0, type = 2, section = 0xfff1 } of symbols) {
    const nameOffset = name === '' ? 0 : strings.length
    if (name !== '') strings.bytes(new TextEncoder().encode(`${name}\0`))
    table.u32(nameOffset)
    if (xlen === 64) {
      table.u8(0x10 | type)
      table.u8(0)
      table.u16(section)
    }
    table.word(address)
    table.word(size)
    if (xlen === 32) {
      table.u8(0x10 | type)
      table.u8(0)
      table.u16(section)
    }
  }
  return { table: table.finish(), strings: strings.finish() }
}

/**
 * An executable: header, program headers, contents, then (with symbols or sections) .symtab, .strtab, .shstrtab and the
 * section headers.
 */
export function buildElf({
  xlen,
  entry,
  segments,
  symbols,
  sections = [],
  flags = 0,
  pageAligned = false,
}: ElfSpec): Uint8Array {
  const wide = xlen === 64
  const hasSections = symbols !== undefined || sections.length > 0
  const headerSize = wide ? 64 : 52
  const programSize = wide ? 56 : 32
  const sectionSize = wide ? 64 : 40
  const contentsStart = headerSize + segments.length * programSize
  const padding = (offset: number, address: number): number =>
    pageAligned ? (((address - offset) % 4096) + 4096) % 4096 : 0
  let contentsEnd = contentsStart
  for (const { address, bytes } of segments) contentsEnd += padding(contentsEnd, address) + bytes.length
  const { table, strings } = symbolTable(xlen, symbols ?? [])
  let nameText = '\0.symtab\0.strtab\0.shstrtab\0'
  const nameOffsets = sections.map(({ name }) => {
    const at = name === undefined ? 0 : nameText.length
    if (name !== undefined) nameText += `${name}\0`
    return at
  })
  const names = new TextEncoder().encode(nameText)
  const ownContentsAt = contentsEnd + table.length + strings.length + names.length
  const sectionsAt = sections.reduce((at, { bytes }) => at + (bytes?.length ?? 0), ownContentsAt)
  const w = createWriter(xlen)
  w.bytes(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  w.u16(2)
  w.u16(243)
  w.u32(1)
  w.word(entry)
  w.word(headerSize)
  w.word(hasSections ? sectionsAt : 0)
  w.u32(flags)
  w.u16(headerSize)
  w.u16(programSize)
  w.u16(segments.length)
  w.u16(sectionSize)
  w.u16(hasSections ? 4 + sections.length : 0)
  w.u16(hasSections ? 3 : 0)
  let offset = contentsStart
  for (const { address, bytes, flags: protection = 7, memorySize = bytes.length } of segments) {
    offset += padding(offset, address)
    w.u32(1)
    if (wide) w.u32(protection)
    w.word(offset)
    w.word(address)
    w.word(address)
    w.word(bytes.length)
    w.word(memorySize)
    if (!wide) w.u32(protection)
    w.word(pageAligned ? 4096 : 4)
    offset += bytes.length
  }
  for (const { address, bytes } of segments) {
    w.bytes(new Uint8Array(padding(w.length, address)))
    w.bytes(bytes)
  }
  if (!hasSections) return w.finish()
  w.bytes(table)
  w.bytes(strings)
  w.bytes(names)
  for (const { bytes } of sections) w.bytes(bytes ?? new Uint8Array())
  const section = (name: number, type: number, at: number, size: number, link: number, entrySize: number): void => {
    w.u32(name)
    w.u32(type)
    w.word(0)
    w.word(0)
    w.word(at)
    w.word(size)
    w.u32(link)
    w.u32(0)
    w.word(1)
    w.word(entrySize)
  }
  section(0, 0, 0, 0, 0, 0)
  section(1, 2, contentsEnd, table.length, 2, wide ? 24 : 16)
  section(9, 3, contentsEnd + table.length, strings.length, 0, 0)
  section(17, 3, contentsEnd + table.length + strings.length, names.length, 0, 0)
  let ownContents = ownContentsAt
  for (const [index, { address, bytes, size, flags: protection, type = 1 }] of sections.entries()) {
    w.u32(nameOffsets[index]!)
    w.u32(type)
    w.word(protection)
    w.word(address)
    w.word(bytes === undefined ? contentsStart : ownContents)
    w.word(bytes?.length ?? size)
    w.u32(0)
    w.u32(0)
    w.word(4)
    w.word(0)
    ownContents += bytes?.length ?? 0
  }
  return w.finish()
}
