/** Cuts what was recorded of a segment into fragments, and counts their rows. */
import { RvrError } from '../../errors.ts'
import { addressOfArray } from '../../load/native-library.ts'
import { MOST_ROWS } from '../matrix.ts'
import { performed, type EngineOptions } from './control.ts'
import type { EngineGuest } from './engine.ts'
import { diverged } from './failures.ts'
import { withWholeBlocks } from './whole-blocks.ts'
import { FragmentTable } from './fragments.ts'
import {
  CHECKPOINT_WORDS,
  fragmentLayout,
  PIECE_WORDS,
  writeCheckpoint,
  type Checkpoint,
  type Piece,
  type TapeWords,
} from './records.ts'

export const DEFAULT_FRAGMENT = 2 ** 16
/** Fragments of a segment at most: each takes a kilobyte. */
const MOST_FRAGMENTS = 2 ** 20

/** What was recorded of a segment. */
export interface RecordedSegment {
  readonly pieces: readonly Piece[]
  /** The state behind the last piece. */
  readonly end: Checkpoint
}

export interface CutOptions extends EngineOptions {
  /** Instructions of a fragment; the last one of a piece has fewer, and one that a block ends in may have more. */
  readonly length?: number | undefined
}

export interface CutSegment {
  readonly fragments: FragmentTable
  /** By AIR: rows in the segment. */
  readonly rows: readonly number[]
  /** Time behind the segment. */
  readonly ts: number
}

/** How many instructions each piece has. @throws RvrError `DIVERGED` */
function lengthsOf({ pieces, end }: RecordedSegment): number[] {
  const starts = [...pieces, end].map(({ instret }) => instret)
  return pieces.map(({ instret, pc, x, words }, index) => {
    const count = starts[index + 1]! - instret
    const isWhole = Number.isSafeInteger(instret) && Number.isSafeInteger(pc) && pc >= 0 && x.length === 32
    if (!isWhole || !(count >= 0) || !Number.isSafeInteger(count) || !(words.BYTES_PER_ELEMENT > 0))
      throw diverged(`piece ${index} of the recording is none`, { piece: index })
    return count
  })
}

/**
 * Replays a segment without rows.
 *
 * @throws RvrError `UNPROVABLE` in front of an instruction that no row can show, or where a table has too many rows;
 *   `DIVERGED` where it does not go as it was recorded; `USAGE`, `ABORTED`
 */
export async function cut(guest: EngineGuest, segment: RecordedSegment, options: CutOptions = {}): Promise<CutSegment> {
  const { length = DEFAULT_FRAGMENT } = options
  const { set, native } = guest.engine
  const airs = set.airs.length
  const { end } = segment
  lengthsOf(segment)
  const pieces = withWholeBlocks(segment.pieces, set)
  const lengths = lengthsOf({ pieces, end })
  const records = new BigUint64Array((pieces.length + 1) * PIECE_WORDS)
  const tapes: TapeWords[] = []
  for (const [index, piece] of pieces.entries()) {
    const at = index * PIECE_WORDS
    writeCheckpoint(records, at, piece)
    records.set([addressOfArray(piece.words), BigInt(piece.words.length), BigInt(tapes.length)], at + CHECKPOINT_WORDS)
    const count = Math.ceil(lengths[index]! / length)
    if (!(length >= 1) || tapes.length + count > MOST_FRAGMENTS)
      throw new RvrError('USAGE', `fragments of ${length} instructions are too many`, { hint: 'Choose longer ones.' })
    for (let each = 0; each < count; each++) tapes.push(piece.words)
  }
  writeCheckpoint(records, pieces.length * PIECE_WORDS, end)
  records[pieces.length * PIECE_WORDS + CHECKPOINT_WORDS + 2] = BigInt(tapes.length)
  const at = fragmentLayout(airs)
  const fragments = new BigUint64Array(tapes.length * at.size)
  const totals = new BigUint64Array(airs)
  await performed(options, { guest, part: 'piece' }, (progress, failure) =>
    native.cut(
      { code: guest.code, pieces: records, count: pieces.length, length, fragments, totals, failure },
      progress,
    ),
  )
  const rows = [...totals].map(Number)
  checkHeights(guest, rows)
  const ts = tapes.length === 0 ? 1 : Number(fragments[(tapes.length - 1) * at.size + at.tsAfter])
  return { fragments: new FragmentTable(set, fragments, tapes), rows, ts }
}

function checkHeights({ engine }: EngineGuest, rows: readonly number[]): void {
  for (const [index, height] of rows.entries()) {
    if (height <= MOST_ROWS) continue
    const chip = engine.set.airs[index]!.name
    throw new RvrError('UNPROVABLE', `the segment needs ${height} rows of ${chip}`, {
      hint: `A table has ${MOST_ROWS} rows at most: cut smaller segments.`,
      details: { chip, height, reason: 'height' },
    })
  }
}
