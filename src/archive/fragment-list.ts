/** Fragments, each of which is filled by itself, and the recording that an archive keeps of them. */
import { RvrError } from '../errors.ts'
import type { Checkpoint } from './checkpoints.ts'
import type { RecordedPiece, RecordedSegment } from './fragments.ts'

/** A stretch of instructions with all that it is filled from. */
export interface KeptFragment {
  readonly from: Checkpoint
  /** The state behind it. */
  readonly to: Checkpoint
  /** Time in the segment in front of it, and behind it. */
  readonly ts: number
  readonly tsAfter: number
  readonly words: BigUint64Array | Uint32Array
  /** By AIR: rows, and the number of the first one in its matrix. */
  readonly rows: readonly number[]
  readonly firstRows: readonly number[]
}

/** @param fragments one at least, each going on where the one in front of it ends */
export function recordingOf(
  fragments: readonly KeptFragment[],
): Pick<RecordedSegment, 'pieces' | 'end' | 'rowsInFront'> {
  const [first] = fragments
  const last = fragments.at(-1)
  if (first === undefined || last === undefined) throw new RvrError('INTERNAL', 'a recording without fragments')
  const pieces = fragments.map(({ from, ts, words, rows }): RecordedPiece => ({ ...from, ts, words, rows }))
  return { pieces, end: { ...last.to, ts: last.tsAfter }, rowsInFront: first.firstRows }
}

/** Undefined where rows or times have not been counted: then the recording has to be cut first. */
export function fragmentsOf(
  recording: Pick<RecordedSegment, 'pieces' | 'end' | 'rowsInFront'>,
): KeptFragment[] | undefined {
  const { pieces, end, rowsInFront } = recording
  const places: readonly Checkpoint[] = [...pieces, end]
  let firstRows = rowsInFront
  const fragments: KeptFragment[] = []
  for (const [index, { instret, pc, x, ts, words, rows }] of pieces.entries()) {
    const { ts: tsAfter, ...to } = places[index + 1]!
    if (ts === undefined || tsAfter === undefined || rows === undefined || firstRows === undefined) return undefined
    fragments.push({
      from: { instret, pc, x },
      to: { instret: to.instret, pc: to.pc, x: to.x },
      ts,
      tsAfter,
      words,
      rows,
      firstRows,
    })
    firstRows = firstRows.map((first, air) => first + rows[air]!)
  }
  return fragments
}
