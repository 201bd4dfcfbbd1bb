/** Header and section table of an archive: written, and read with every check that needs nothing else (layers 1, 2). */
import type { RvrError } from '../errors.ts'
import { BLOCK_BYTES, DIGEST_BYTES } from './chain.ts'
import { isArchive, MAGIC } from './beginning.ts'
import { archiveInvalid, sectionText, type Fault } from './fault.ts'
import { contentNamed, contents, type ContentName, type SectionKind } from './kinds.ts'

export const HEADER_BYTES = 64
export const ENTRY_BYTES = 32
export const VERSION = 1
export const ALIGNMENT = BLOCK_BYTES
/** The longest archive. */
export const MAX_BYTES = 2 ** 32
/** Header and table of any content, and more. */
export const MOST_BEGINNING_BYTES = 1024

const TOTAL_AT = 16
const COUNT_AT = 24
const FLAGS_AT = 28
export const DIGEST_AT = 32
const U32 = 2 ** 32

export interface Section extends SectionKind {
  /** Byte in the archive that it begins at: a multiple of 64. */
  readonly offset: number
  /** Elements. */
  readonly count: number
}

export interface Frame {
  readonly content: ContentName
  readonly sections: readonly Section[]
  /** Bytes of all. */
  readonly total: number
}

/** The next place of a section. */
export const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT

export const tableEnd = (sections: number): number => HEADER_BYTES + ENTRY_BYTES * sections

/** Where sections with so many elements lie: content determines every byte. */
export function layOut(content: ContentName, counts: readonly number[]): Frame {
  const { sections } = contents[content]
  let offset = aligned(tableEnd(sections.length))
  const placed = sections.map((each, index) => {
    const count = counts[index]!
    const here = { ...each, offset, count }
    offset = aligned(offset + count * each.size)
    return here
  })
  return { content, sections: placed, total: offset }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

const setLong = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value % U32, true)
  view.setUint32(at + 4, Math.floor(value / U32), true)
}

/** A value of 2^53 and more is not exact, and never one that is wanted. */
const longAt = (view: DataView, at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * U32

/** Header, table and padding up to the first section. */
export function frameBytes({ content, sections, total }: Frame, digest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(tableEnd(sections.length)))
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  view.setUint32(8, VERSION, true)
  view.setUint32(12, contents[content].kind, true)
  setLong(view, TOTAL_AT, total)
  view.setUint32(COUNT_AT, sections.length, true)
  bytes.set(digest, DIGEST_AT)
  for (const [index, { kind, size, offset, count }] of sections.entries()) {
    const at = tableEnd(index)
    view.setUint32(at, kind, true)
    view.setUint32(at + 4, size, true)
    setLong(view, at + 8, offset)
    setLong(view, at + 16, count)
  }
  return bytes
}

export interface FrameOptions {
  /** Name in errors. */
  readonly file: string
  /** What it has to be; default: anything. */
  readonly content?: ContentName | undefined
}

const WANTED = 'a known content'

/** Layer 1, of an archive of `length` bytes that begins with these. */
function headerOf(beginning: Uint8Array, length: number, { file, content: wanted }: FrameOptions): ContentName {
  const view = viewOf(beginning)
  const fail = (fault: Omit<Fault, 'layer'>, problem: string): RvrError =>
    archiveInvalid(file, { layer: 1, ...fault }, problem)
  if (!isArchive(beginning)) {
    const found = Buffer.from(beginning.subarray(0, MAGIC.length)).toString('latin1')
    throw fail({ what: 'magic', offset: 0, found, wanted: MAGIC }, 'it is none: it does not begin as archives do')
  }
  const version = view.getUint32(8, true)
  if (version !== VERSION)
    throw fail(
      { what: 'version', offset: 8, found: version, wanted: VERSION },
      `its format is version ${version}, this rvr reads version ${VERSION}`,
    )
  const kind = view.getUint32(12, true)
  const content = contentNamed(kind)
  if (content === undefined || (wanted !== undefined && content !== wanted))
    throw fail(
      { what: 'content', offset: 12, found: content ?? kind, wanted: wanted ?? WANTED },
      `its content is ${content ?? `of kind ${kind}`}, wanted ${wanted ?? WANTED}`,
    )
  const total = longAt(view, TOTAL_AT)
  if (total !== length)
    throw fail(
      { what: 'total', offset: TOTAL_AT, found: length, wanted: total },
      `it has ${length} bytes, and says that it has ${total}`,
    )
  const flags = view.getUint32(FLAGS_AT, true)
  if (flags !== 0) throw fail({ what: 'flags', offset: FLAGS_AT, found: flags, wanted: 0 }, `it has flags ${flags}`)
  const count = view.getUint32(COUNT_AT, true)
  const { sections } = contents[content]
  if (count !== sections.length)
    throw fail(
      { what: 'sections', offset: COUNT_AT, found: count, wanted: sections.length },
      `it has ${count} sections, and ${content} has ${sections.length}`,
    )
  if (tableEnd(count) > length)
    throw fail({ what: 'table', offset: HEADER_BYTES }, 'its table of sections is longer than the file')
  return content
}

/**
 * Header and table of an archive of `length` bytes, of which the first ones are given: all, or as many as a table may
 * have. Nothing is believed of counts and offsets but what the length bears out.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 1 and 2
 */
export function readFrame(beginning: Uint8Array, length: number, options: FrameOptions): Frame {
  const view = viewOf(beginning)
  const content = headerOf(beginning, length, options)
  const { sections } = contents[content]
  let offset = aligned(tableEnd(sections.length))
  const placed = sections.map((section, index) => {
    const at = tableEnd(index)
    const expect = (what: Fault['what'], place: number, found: number, wanted: number): void => {
      if (found === wanted) return
      throw archiveInvalid(
        options.file,
        { layer: 2, what, section, offset: place, found, wanted },
        `the ${what} of ${sectionText(section)} in its table is ${found}, wanted ${wanted}`,
      )
    }
    expect('kind', at, view.getUint32(at, true), section.kind)
    expect('size', at + 4, view.getUint32(at + 4, true), section.size)
    expect('reserved', at + 24, longAt(view, at + 24), 0)
    expect('offset', at + 8, longAt(view, at + 8), offset)
    const count = longAt(view, at + 16)
    const most = Math.max(0, Math.floor((length - offset) / section.size))
    if (count > most)
      throw archiveInvalid(
        options.file,
        { layer: 2, what: 'count', section, offset: at + 16, found: count, wanted: most },
        `${sectionText(section)} has ${count} elements by its table, and there is room for ${most}`,
      )
    const here = { ...section, offset, count }
    offset = aligned(offset + count * section.size)
    return here
  })
  if (offset !== length)
    throw archiveInvalid(
      options.file,
      { layer: 2, what: 'end', offset: Math.min(offset, length), found: length, wanted: offset },
      `its sections end at byte ${offset}, and it has ${length} bytes`,
    )
  return { content, sections: placed, total: length }
}

/** @throws RvrError `ARCHIVE_INVALID`, layer 0: no archive is so short or so long. */
export function checkLength(length: number, file: string): void {
  if (length >= HEADER_BYTES && length <= MAX_BYTES) return
  const wanted = length < HEADER_BYTES ? HEADER_BYTES : MAX_BYTES
  const [least, what] = length < HEADER_BYTES ? ['at least', 'is none'] : ['at most', 'is too long']
  throw archiveInvalid(
    file,
    { layer: 0, what: 'length', offset: 0, found: length, wanted },
    `it ${what}: it has ${length} bytes, and archives have ${least} ${wanted}`,
  )
}

export const digestField = (bytes: Uint8Array): Uint8Array => bytes.subarray(DIGEST_AT, DIGEST_AT + DIGEST_BYTES)
