/** A recorded segment as an archive of content `fragments`: all that its tables are filled from, and nothing else. */
import type { OutputOptions } from '../files/write.ts'
import type { Archive } from './archive.ts'
import { originIn, originSections, type ExpectedOrigin, type SegmentOrigin } from './origin.ts'
import { checkpointsIn, checkpointSections, type Checkpoint } from './checkpoints.ts'
import { memoryIn, memorySections, type RecordedMemory } from './memory.ts'
import { writeArchive, type Content } from './write.ts'

const ROW_COUNTS = 0x605
const TAPE = 0x606
const WORD_BITS = 32

/** A stretch of a segment: where it begins, and the words of the tape that are of it. */
export interface RecordedPiece extends Checkpoint {
  /** As wide as the guest's registers. */
  readonly words: BigUint64Array | Uint32Array
  /** Rows that it adds to each of the machine's AIRs, where these have been counted. */
  readonly rows?: Uint32Array | undefined
}

export interface RecordedSegment {
  readonly origin: SegmentOrigin
  /** One after another, from the segment's start; all have their rows counted, or none has. */
  readonly pieces: readonly RecordedPiece[]
  /** Where the segment ends. */
  readonly end: Checkpoint
  /** The guest's memory there; undefined where it was not kept. */
  readonly memory?: RecordedMemory | undefined
}

/** What a writer writes. Tape and pages are not copied. */
export function fragmentsContent({ origin, pieces, end, memory }: RecordedSegment): Content {
  return {
    content: 'fragments',
    sections: new Map<number, readonly ArrayBufferView[]>([
      ...memorySections(memory),
      ...originSections(origin),
      ...checkpointSections(pieces, end),
      [ROW_COUNTS, pieces.flatMap(({ rows }) => rows ?? [])],
      [TAPE, pieces.map(({ words }) => words)],
    ]),
  }
}

/**
 * Writes a recorded segment to a file, which appears or changes as a whole or not at all.
 *
 * @returns the file's absolute path
 * @throws RvrError `IO`, `USAGE` (more than an archive holds), `ABORTED`
 */
export function writeFragments(file: string, segment: RecordedSegment, options?: OutputOptions): Promise<string> {
  return writeArchive(file, fragmentsContent(segment), options)
}

/** Tape words that lie where they are in the archive. */
function tapeIn(archive: Archive, { xlen }: SegmentOrigin): BigUint64Array | Uint32Array {
  if (xlen === WORD_BITS) return archive.words(TAPE)
  const { count } = archive.section(TAPE)
  if (count % 2 === 0) return archive.longs(TAPE)
  throw archive.invalid(
    TAPE,
    { layer: 3, what: 'shape', found: count, wanted: 'an even number' },
    `its tape has ${count} words of 32 bits, and a word of RV64 is two of them`,
  )
}

/** Rows of each piece, by AIR; none where they have not been counted. */
function rowCountsIn(archive: Archive, pieces: number, airs: number | undefined): readonly (Uint32Array | undefined)[] {
  const counts = archive.words(ROW_COUNTS)
  if (counts.length === 0) return Array.from({ length: pieces }, () => undefined)
  const width = airs ?? Math.ceil(counts.length / pieces)
  const wanted = pieces * width
  if (counts.length !== wanted)
    throw archive.invalid(
      ROW_COUNTS,
      { layer: 3, what: 'shape', found: counts.length, wanted },
      `it counts rows ${counts.length} times: ${pieces} pieces of ${width} AIRs have ${wanted} counts`,
    )
  return Array.from({ length: pieces }, (_, piece) => counts.subarray(piece * width, (piece + 1) * width))
}

/**
 * The recorded segment in an archive of content `fragments`, whose tape and pages stay where they lie. What the tape
 * means is known only by replaying it.
 *
 * @param airs of the machine: how many counts of rows a piece has; undefined where that is not known
 * @param expected what it has to be of
 * @throws RvrError `ARCHIVE_INVALID`: layers 3 and 4; layer 5 for one of another width, machine, guest or ABI
 */
export function fragmentsIn(
  archive: Archive,
  airs: number | undefined,
  expected: ExpectedOrigin = {},
): RecordedSegment {
  const origin = originIn(archive, expected)
  const tape = tapeIn(archive, origin)
  const places = checkpointsIn(archive, origin, tape.length)
  const rows = rowCountsIn(archive, places.length - 1, airs)
  const pieces = places.slice(0, -1).map(({ tape: start, ...checkpoint }, piece): RecordedPiece => {
    return { ...checkpoint, words: tape.subarray(start, places[piece + 1]!.tape), rows: rows[piece] }
  })
  const { tape: _, ...end } = places.at(-1)!
  return { origin, pieces, end, memory: memoryIn(archive) }
}
