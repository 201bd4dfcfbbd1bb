/** Call frame information → the functions that it describes, and by which programs; what is damaged is left out. */
import type { Xlen } from '../image.ts'
import type { Section } from '../sections.ts'
import { Cursor } from '../cursor.ts'
import { ABSOLUTE_POINTER, readEncodedNumber, readPointer, skipPointer, type PointerEncoding } from './pointer.ts'

/** `.eh_frame` or `.debug_frame`. */
export interface FrameSection extends Pick<Section, 'address' | 'bytes'> {
  readonly xlen: Xlen
  readonly isEh: boolean
}

/** Instructions for the table of rules: offsets in their section. */
export interface FrameProgram {
  readonly from: number
  readonly to: number
}

/** What many functions have in common (CIE). */
export interface CommonEntry {
  readonly codeAlign: number
  readonly dataAlign: number
  /** Column of the table that holds the return address. */
  readonly returnAddress: number
  readonly encoding: PointerEncoding
  /** Entries have augmentation data, which begins with its length. */
  readonly isAugmented: boolean
  readonly program: FrameProgram
}

/** One function, or a part of it (FDE): code from address `from` up to `to`. */
export interface FrameEntry {
  readonly from: number
  readonly to: number
  readonly section: FrameSection
  readonly common: CommonEntry
  readonly program: FrameProgram
}

/** Entries of one section that are read; functions behind them are walked like those that have none. */
const MOST_ENTRIES = 2 ** 18
const MOST_AUGMENTATION = 8

/** The header that both kinds of entries begin with. */
interface Header {
  /** The kind of entry, or where its common entry is. */
  readonly id: number
  readonly idAt: number
  readonly isCommon: boolean
  /** Offset of what follows. */
  readonly body: number
  /** Offset of the next entry. */
  readonly end: number
}

/** Undefined where no more can be read: at the end, or where a length leads out of the section. */
function readHeader({ bytes, isEh }: FrameSection, at: number): Header | undefined {
  const cursor = new Cursor(bytes, at, bytes.length)
  let length = cursor.u32()
  const isLong = length === 0xffffffff
  if (isLong) length = cursor.s64()
  const idAt = cursor.at
  const end = idAt + length
  if (cursor.failed || length < 0 || end > bytes.length) return undefined
  // A length of 0 ends what one file brought; linkers may put more behind it.
  if (length === 0) return { id: 0, idAt, isCommon: false, body: end, end }
  const id = isLong && !isEh ? cursor.s64() : cursor.u32()
  const common = isLong ? -1 : 0xffffffff
  return { id, idAt, isCommon: id === (isEh ? 0 : common), body: cursor.at, end }
}

function readAugmentation(cursor: Cursor): string | undefined {
  let text = ''
  for (let code = cursor.u8(); code !== 0; code = cursor.u8()) {
    text += String.fromCharCode(code)
    if (text.length > MOST_AUGMENTATION) return undefined
  }
  return text
}

/** Encoding of the addresses in entries; undefined where the data have parts of unknown meaning. */
function encodingFrom(cursor: Cursor, augmentation: string, xlen: Xlen): PointerEncoding | undefined {
  let encoding: PointerEncoding = ABSOLUTE_POINTER
  for (const part of augmentation) {
    if (part === 'R') encoding = cursor.u8()
    else if (part === 'L') cursor.u8()
    else if (part === 'P') {
      if (!skipPointer(cursor, cursor.u8(), xlen)) return undefined
    } else if (part !== 'S') return undefined
  }
  return encoding
}

function readCommon(section: FrameSection, at: number): CommonEntry | undefined {
  const { bytes, xlen } = section
  const header = readHeader(section, at)
  if (header?.isCommon !== true) return undefined
  const { body, end } = header
  const cursor = new Cursor(bytes, body, end)
  const version = cursor.u8()
  const augmentation = readAugmentation(cursor)
  if (![1, 3, 4].includes(version) || augmentation === undefined) return undefined
  if (version === 4 && (cursor.u8() !== xlen / 8 || cursor.u8() !== 0)) return undefined
  const codeAlign = cursor.uleb()
  const dataAlign = cursor.sleb()
  const returnAddress = version === 1 ? cursor.u8() : cursor.uleb()
  const isAugmented = augmentation.startsWith('z')
  if (cursor.failed || (augmentation !== '' && !isAugmented)) return undefined
  if (!isAugmented) {
    const program = { from: cursor.at, to: end }
    return { codeAlign, dataAlign, returnAddress, encoding: ABSOLUTE_POINTER, isAugmented, program }
  }
  const length = cursor.uleb()
  const from = cursor.at + length
  if (cursor.failed || from > end) return undefined
  const data = new Cursor(bytes, cursor.at, from)
  const encoding = encodingFrom(data, augmentation.slice(1), xlen)
  if (encoding === undefined || data.failed) return undefined
  return { codeAlign, dataAlign, returnAddress, encoding, isAugmented, program: { from, to: end } }
}

function readEntry(section: FrameSection, { body, end }: Header, common: CommonEntry): FrameEntry | undefined {
  const { bytes, xlen, address } = section
  const cursor = new Cursor(bytes, body, end)
  const from = readPointer(cursor, common.encoding, { xlen, address: address + body })
  const count = readEncodedNumber(cursor, common.encoding, xlen)
  if (common.isAugmented) cursor.skip(cursor.uleb())
  if (from === undefined || count === undefined || count <= 0 || cursor.failed) return undefined
  return { from, to: from + count, section, common, program: { from: cursor.at, to: end } }
}

/** The entries of a section in file order. Never throws. */
export function readEntries(section: FrameSection): FrameEntry[] {
  const entries: FrameEntry[] = []
  const commons = new Map<number, CommonEntry | undefined>()
  for (let at = 0, count = 0; at < section.bytes.length && count < MOST_ENTRIES; count++) {
    const header = readHeader(section, at)
    if (header === undefined) break
    at = header.end
    if (header.isCommon || header.body === header.end) continue
    // In .eh_frame the distance back from the field itself.
    const commonAt = section.isEh ? header.idAt - header.id : header.id
    if (!commons.has(commonAt)) commons.set(commonAt, readCommon(section, commonAt))
    const common = commons.get(commonAt)
    const entry = common === undefined ? undefined : readEntry(section, header, common)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}
