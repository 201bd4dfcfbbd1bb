/** Writes archives: the same content is the same bytes. */
import { RvrError } from '../errors.ts'
import { writeOutput, type OutputOptions, type Put } from '../files/write.ts'
import { ClaimedChain, DIGEST_BYTES } from './chain.ts'
import { contentDigest, frameContent, frameSection, pieces, type DigestOptions } from './digest.ts'
import { aligned, digestField, frameBytes, layOut, MAX_BYTES, type Frame, type Section } from './frame.ts'
import { contents, type ContentName } from './kinds.ts'

/** What is in each section, in parts one after another; a section that is not here has no elements. */
export interface Content {
  readonly content: ContentName
  readonly sections: ReadonlyMap<number, readonly ArrayBufferView[]>
}

interface Prepared {
  readonly frame: Frame
  readonly head: Uint8Array
  partsOf(section: { readonly kind: number }): readonly Uint8Array[]
}

/** Frame and digest: after that everything can be written as it comes. */
async function prepare({ content, sections }: Content, options: DigestOptions): Promise<Prepared> {
  const partsOf = ({ kind }: { readonly kind: number }): readonly Uint8Array[] =>
    (sections.get(kind) ?? []).map(part => new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  const { sections: kinds, hasDigest } = contents[content]
  const counts = kinds.map(section => {
    const length = partsOf(section).reduce((sum, part) => sum + part.length, 0)
    if (length % section.size === 0) return length / section.size
    throw new RvrError('INTERNAL', `${length} bytes are no ${section.name} of an archive`)
  })
  const [unknown] = [...sections.keys()].filter(kind => !kinds.some(each => each.kind === kind))
  if (unknown !== undefined) throw new RvrError('INTERNAL', `an archive ${content} has no section ${unknown}`)
  const frame = layOut(content, counts)
  if (frame.total > MAX_BYTES)
    throw new RvrError('USAGE', `this would be an archive of ${frame.total} bytes: they have ${MAX_BYTES} at most`, {
      hint: 'Cut smaller segments with a lower maximum of trace height.',
      details: { bytes: frame.total, limit: MAX_BYTES },
    })
  const digest = hasDigest ? await contentDigest({ frame, partsOf }, options) : new Uint8Array(DIGEST_BYTES)
  return { frame, head: frameBytes(frame, digest), partsOf }
}

/** All bytes of the archive, in order: nothing of the content is copied. `onSection` is told what comes next. */
function* bytesOf(
  { frame, head, partsOf }: Prepared,
  onSection: (section: Section) => void = () => {},
): Generator<Uint8Array> {
  yield head
  for (const section of frame.sections) {
    onSection(section)
    for (const part of partsOf(section)) yield* pieces(part)
    const length = section.count * section.size
    const padding = aligned(length) - length
    if (padding > 0) yield new Uint8Array(padding)
  }
}

/** How an archive is hashed, and how its file is written. */
export interface ArchiveOptions extends OutputOptions, Pick<DigestOptions, 'compress'> {
  /** Others can write to the content: it is hashed once more as it is written. */
  readonly isLive?: boolean
}

/** The archive in memory. @throws RvrError `USAGE` (it would be too long), `ABORTED`. */
export async function encodeArchive(content: Content, options: DigestOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const prepared = await prepare(content, options)
  const all = new Uint8Array(prepared.frame.total)
  let at = 0
  for (const bytes of bytesOf(prepared)) {
    all.set(bytes, at)
    at += bytes.length
  }
  return all
}

/** Puts what somebody may write to meanwhile: if that changes its digest, the file is not what it says it is. */
async function putLive(prepared: Prepared, put: Put): Promise<void> {
  const { frame, head } = prepared
  const chain = new ClaimedChain('content')
  frameContent(chain, frame)
  for (const bytes of bytesOf(prepared, section => frameSection(chain, section))) {
    // What is hashed is what is written.
    const own = bytes.slice()
    if (bytes !== head) chain.add(own)
    await put(own)
  }
  if (chain.endsWith(digestField(head))) return
  throw new RvrError('USAGE', 'what was to be written has changed meanwhile', {
    hint: 'Do not write to the memory of a run that is being saved.',
  })
}

/**
 * Writes an archive to a file, which appears or changes as a whole or not at all.
 *
 * @returns the file's absolute path
 * @throws RvrError `IO`, `USAGE` (it would be too long, or was written to meanwhile), `ABORTED`
 */
export async function writeArchive(file: string, content: Content, options: ArchiveOptions = {}): Promise<string> {
  const { compress, isLive = false, ...output } = options
  const prepared = await prepare(content, { compress, signal: output.signal })
  const put = async (write: Put): Promise<void> => {
    if (isLive) return putLive(prepared, write)
    for (const bytes of bytesOf(prepared)) await write(bytes)
  }
  return writeOutput(file, put, { failure: 'cannot write the archive', ...output })
}
