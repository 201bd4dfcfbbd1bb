/** What a segment was filled from, as long as somebody may ask for it. */
import type { MemoryAtEnd } from '../../trace/native/recorded.ts'
import type { SegmentRecording } from '../../trace/native/tables.ts'

export class KeptRecording {
  #recording: SegmentRecording | undefined
  #memory: (() => MemoryAtEnd | undefined) | undefined
  #isOwn = false

  /**
   * @param recording its tape is in memory that the next segment is recorded into
   * @param memory the guest's memory at the segment's end, where the guest still is
   */
  constructor(recording: SegmentRecording, memory: () => MemoryAtEnd | undefined) {
    this.#recording = recording
    this.#memory = memory
  }

  /** Undefined once it has been given up. */
  get recording(): SegmentRecording | undefined {
    return this.#recording
  }

  /** Undefined where nobody knows it, or does any more. */
  memory(): MemoryAtEnd | undefined {
    return this.#memory?.()
  }

  /** The memory of the tape is needed for something else, and the guest goes on: what is still wanted is copied. */
  leave(): void {
    const recording = this.#recording
    this.#memory = undefined
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
    this.#memory = undefined
  }
}
