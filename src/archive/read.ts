/** Reads archives: bytes become views only when length, frame, table, padding and digest are right (layers 0 to 2). */
import { resolve } from 'node:path'
import type { InputKindName } from '../files/kinds.ts'
import { readInput } from '../files/read.ts'
import { Archive } from './archive.ts'
import { beginningOf } from './beginning.ts'
import { hasDigest } from './digest.ts'
import { archiveInvalid, sectionText } from './fault.ts'
import { aligned, ALIGNMENT, checkLength, DIGEST_AT, digestField, MOST_BEGINNING_BYTES } from './frame.ts'
import { readFrame, tableEnd, type Frame, type FrameOptions, type Section } from './frame.ts'
import { contents } from './kinds.ts'

export interface ParseOptions extends FrameOptions {
  readonly signal?: AbortSignal | undefined
}

export interface ReadOptions extends Omit<ParseOptions, 'file'> {
  /** What errors call bytes; default: `<bytes>`. */
  readonly name?: string | undefined
  /** What a file is for those who give it; default: `archive`. */
  readonly kind?: InputKindName | undefined
}

/** All that is not in a section has to be 0. */
function checkPadding(bytes: Uint8Array, { sections }: Frame, file: string): void {
  let end = tableEnd(sections.length)
  let before: (typeof sections)[number] | undefined
  for (const section of [...sections, undefined]) {
    const start = section?.offset ?? aligned(end)
    const at = bytes.subarray(end, start).findIndex(byte => byte !== 0)
    if (at >= 0) {
      const place = before === undefined ? 'its table' : sectionText(before)
      throw archiveInvalid(
        file,
        { layer: 2, what: 'padding', section: before, offset: end + at, found: bytes[end + at], wanted: 0 },
        `there is something in the padding behind ${place}`,
      )
    }
    if (section === undefined) return
    end = section.offset + section.count * section.size
    before = section
  }
}

/**
 * Whoever may still write to the bytes could change them behind the checks, and views need an aligned place: then one
 * copy is made, of what is not too long.
 */
function ownBytes(bytes: Uint8Array, isOwn: boolean): Uint8Array {
  const { buffer, byteOffset, length } = bytes
  const stays = isOwn && byteOffset % ALIGNMENT === 0 && buffer instanceof ArrayBuffer
  return stays ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes)
}

/**
 * The archive that bytes are.
 *
 * @param isOwn nobody else has the bytes: they are looked at where they lie
 * @throws RvrError `ARCHIVE_INVALID`, layers 0 to 2; `ABORTED`
 */
export async function parseArchive(given: Uint8Array, options: ParseOptions, isOwn = false): Promise<Archive> {
  const { file, signal } = options
  checkLength(given.length, file)
  const bytes = ownBytes(given, isOwn)
  const frame = readFrame(bytes, bytes.length, options)
  checkPadding(bytes, frame, file)
  const partsOf = ({ offset, count, size }: Section): Uint8Array[] => [bytes.subarray(offset, offset + count * size)]
  const digest = digestField(bytes)
  const isRight = contents[frame.content].hasDigest
    ? await hasDigest({ frame, partsOf }, digest, signal)
    : digest.every(byte => byte === 0)
  if (!isRight)
    throw archiveInvalid(
      file,
      { layer: 2, what: 'digest', offset: DIGEST_AT },
      'its content is not what its digest was made of',
    )
  return new Archive(file, frame, bytes)
}

/**
 * The archive at a path, or that bytes are; bytes are copied, so that nobody changes what was checked. Of a plain file
 * nothing is read before its length and table are right.
 *
 * @throws RvrError `IO`, `ARCHIVE_INVALID` (`details.layer` is 0 to 2), `ABORTED`
 */
export async function readArchive(
  source: string | Uint8Array,
  { name = '<bytes>', kind = 'archive', ...options }: ReadOptions = {},
): Promise<Archive> {
  if (typeof source !== 'string') return parseArchive(source, { ...options, file: name })
  const file = resolve(source)
  const beginning = await beginningOf(file, MOST_BEGINNING_BYTES)
  if (beginning !== undefined) {
    checkLength(beginning.length, file)
    readFrame(beginning.bytes, beginning.length, { ...options, file })
  }
  return parseArchive(await readInput(kind, file, options.signal), { ...options, file }, true)
}
