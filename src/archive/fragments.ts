/** A recorded segment as an archive of content `fragments`: all that its tables are filled from, and nothing else. */
import type { Archive } from './archive.ts'
import { originIn, originSections, type ExpectedOrigin, type SegmentOrigin } from './origin.ts'
import { checkpointsIn, checkpointSections, type Checkpoint } from './checkpoints.ts'
import { memoryIn, memorySections, type RecordedMemory } from './memory.ts'
import { writeArchive, type ArchiveOptions, type Content } from './write.ts'

const ROW_COUNTS = 0x605
const TAPE = 0x606
const ROWS_IN_FRONT = 0x608
const WORD_BITS = 32

/** A stretch of a segment: where it begins, and the words of the tape that are of it. */
export interface RecordedPiece extends Checkpoint {
  /** As wide as the guest's registers. */
  readonly words: BigUint64Array | Uint32Array
  /** Rows that it adds to each of the machine's AIRs, where these have been counted. */
  readonly rows?: readonly number[] | undefined
}

/** A recorded segment, or a part of one that is filled elsewhere. */
export interface RecordedSegment {
  /** Of the whole segment. */
  readonly origin: SegmentOrigin
  /** One after another; all have their rows counted, or none has. */
  readonly pieces: readonly RecordedPiece[]
  /** Where the last one ends. */
  readonly end: Checkpoint
  /** Rows of each AIR that the segment has in front of the first piece; undefined: none, or not counted. */
  readonly rowsInFront?: readonly number[] | undefined
  /** The guest's memory at the end of the segment; undefined where it was not kept. */
  readonly memory?: RecordedMemory | undefined
}

/** What a writer writes. Tape and pages are not copied. */
export function fragmentsContent({ origin, pieces, end, rowsInFront, memory }: RecordedSegment): Content {
  return {
    content: 'fragments',
    sections: new Map<number, readonly ArrayBufferView[]>([
      ...memorySections(memory),
      ...originSections(origin),
      ...checkpointSections(pieces, end),
      [ROW_COUNTS, pieces.flatMap(({ rows }) => (rows === undefined ? [] : [Uint32Array.from(rows)]))],
      [TAPE, pieces.map(({ words }) => words)],
      [ROWS_IN_FRONT, [Uint32Array.from(rowsInFront ?? [])]],
    ]),
  }
}

/**
 * Writes a recorded segment to a file, which appears or changes as a whole or not at all.
 *
 * @returns the file's absolute path
 * @throws RvrError `IO`, `USAGE` (more than an archive holds), `ABORTED`
 */
export function writeFragments(file: string, segment: RecordedSegment, options?: ArchiveOptions): Promise<string> {
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

/** So many lists of one number for each AIR; none where rows have not been counted. */
function countsIn(archive: Archive, kind: number, lists: number, airs: number | undefined): readonly number[][] {
  const counts = archive.words(kind)
  if (counts.length === 0) return []
  const each = airs ?? Math.ceil(counts.length / lists)
  const wanted = lists * each
  if (counts.length !== wanted)
    throw archive.invalid(
      kind,
      { layer: 3, what: 'shape', found: counts.length, wanted },
      `it has ${counts.length} ${archive.section(kind).name}, and ${lists} times ${each} AIRs are ${wanted}`,
    )
  return Array.from({ length: lists }, (_, list) => [...counts.subarray(list * each, (list + 1) * each)])
}

export interface FragmentsExpected extends ExpectedOrigin {
  /** AIRs of the machine; where that is not known, how many counts of rows a piece has is not checked. */
  readonly airs?: number | undefined
  /** A part of a segment will do. */
  readonly isPart?: boolean | undefined
}

/**
 * The recorded segment in an archive of content `fragments`, whose tape and pages stay where they lie. What the tape
 * means is known only by replaying it.
 *
 * @param expected what it has to be of
 * @throws RvrError `ARCHIVE_INVALID`: layers 3 and 4; layer 5 for one of another width, machine, guest or ABI
 */
export function fragmentsIn(archive: Archive, expected: FragmentsExpected = {}): RecordedSegment {
  const { airs, isPart = false } = expected
  const origin = originIn(archive, expected)
  const tape = tapeIn(archive, origin)
  const places = checkpointsIn(archive, { origin, tapeWords: tape.length, isPart })
  const rows = countsIn(archive, ROW_COUNTS, places.length - 1, airs)
  const [rowsInFront] = countsIn(archive, ROWS_IN_FRONT, 1, airs)
  const pieces = places.slice(0, -1).map(({ tape: start, ...checkpoint }, piece): RecordedPiece => {
    return { ...checkpoint, words: tape.subarray(start, places[piece + 1]!.tape), rows: rows[piece] }
  })
  const { tape: _, ...end } = places.at(-1)!
  return { origin, pieces, end, rowsInFront, memory: memoryIn(archive) }
}
