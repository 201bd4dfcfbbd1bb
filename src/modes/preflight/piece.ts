/** What mode `preflight` records of a run: pieces of tape with the state of the guest in front of each. */

/** Words of XLEN bits. */
export type Words = BigUint64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** A part of the tape: in the area, or taken from there before the guest moved. */
export interface Recorded extends Omit<Piece, 'words'> {
  readonly from: number
  readonly length: number
  readonly words: Words | undefined
}

/** A stretch of instructions: with the state in front of it and its part of the tape it can be executed again. */
export interface Piece {
  /** Instructions retired before it. */
  readonly instret: number
  readonly pc: number
  /** x0 … x31. */
  readonly x: BigUint64Array
  /**
   * Its part of the tape (docs/trace.md, "The tape"): no copy, so it is there until the run goes on or is disposed of.
   */
  readonly words: Words
}

export interface PreflightResult {
  /** Of the last call of `execute` or `resume`, in order; each goes on where the one in front of it ends. */
  readonly preflight: { readonly pieces: readonly Piece[] }
}
