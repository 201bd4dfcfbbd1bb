/** What a segment was filled from, as long as somebody may ask for it. */
import type { SegmentRecording } from '../../trace/native/segment.ts'

export class KeptRecording {
  #recording: SegmentRecording | undefined
  #isOwn = false

  /** @param recording its tape is in memory that the next segment is recorded into */
  constructor(recording: SegmentRecording) {
    this.#recording = recording
  }

  /** Undefined once it has been given up. */
  get recording(): SegmentRecording | undefined {
    return this.#recording
  }

  /** The memory of the tape is needed for something else: what is still wanted is copied. */
  leave(): void {
    const recording = this.#recording
    if (recording === undefined || this.#isOwn) return
    this.#isOwn = true
    this.#recording = {
      ...recording,
      pieces: recording.pieces.map(piece => ({ ...piece, words: piece.words.slice() })),
    }
  }

  /** Nobody will ask for it any more. */
  giveUp(): void {
    this.#recording = undefined
  }
}
