/** The structs that a trace engine's C shares with TypeScript (templates/replay), in words of 64 bits. */

/** Instructions retired, pc, x0 to x31. */
export const CHECKPOINT_WORDS = 34
/** A checkpoint, the address of the tape, its words, the number of the first fragment. */
export const PIECE_WORDS = CHECKPOINT_WORDS + 3

/** Where in a fragment's record what is, for so many AIRs. */
export const fragmentLayout = (airs: number) => ({
  from: 0,
  to: CHECKPOINT_WORDS,
  ts: 2 * CHECKPOINT_WORDS,
  tsAfter: 2 * CHECKPOINT_WORDS + 1,
  tape: 2 * CHECKPOINT_WORDS + 2,
  words: 2 * CHECKPOINT_WORDS + 3,
  rows: 2 * CHECKPOINT_WORDS + 4,
  firstRow: 2 * CHECKPOINT_WORDS + 4 + airs,
  size: 2 * CHECKPOINT_WORDS + 4 + 2 * airs,
})

export const FAILURE_WORDS = 38
/** A block that a fragment touched, in bytes. */
export const TOUCH_BYTES = 48
/** `struct rvr_touched`: a block that a segment touched, in bytes. */
export const TOUCHED_BYTES = 32

/** The guest between two instructions. */
export interface Checkpoint {
  /** Instructions retired. */
  readonly instret: number
  readonly pc: number
  /** x0 to x31. */
  readonly x: BigUint64Array
}

/** Words of a tape, XLEN bits each. */
export type TapeWords = BigUint64Array | Uint32Array

/** A stretch of the segment with its part of the tape; the next one goes on where it ends. */
export interface Piece extends Checkpoint {
  readonly words: TapeWords
}

export function writeCheckpoint(words: BigUint64Array, at: number, { instret, pc, x }: Checkpoint): void {
  words[at] = BigInt(instret)
  words[at + 1] = BigInt(pc)
  words.set(x.subarray(0, 32), at + 2)
}

export const readCheckpoint = (words: BigUint64Array, at: number): Checkpoint => ({
  instret: Number(words[at]),
  pc: Number(words[at + 1]),
  x: words.slice(at + 2, at + 34),
})
