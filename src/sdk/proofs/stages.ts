/** Tells how far the proof of a segment is, and what its stages took. */
import { callbackFailed } from '../../errors.ts'
import { PROGRESS_WORDS, progressOf } from '../../load/proving/work.ts'
import type { ProofProgress, SegmentProof } from './contract.ts'

const EVERY_MS = 100

export class Stages implements Disposable {
  readonly #tell: (progress: ProofProgress) => unknown
  #timer: NodeJS.Timeout | undefined
  #taken: { stage: string; ms: number }[] = []
  #since = 0
  #failure: Error | undefined

  constructor(tell: (progress: ProofProgress) => unknown = () => {}) {
    this.#tell = tell
  }

  begin(segment: number, stage: string): void {
    this.#say({ segment, stage, done: 0 })
  }

  /** The words that native code tells by: they are looked at until `end`. */
  watch(segment: number): BigUint64Array {
    const words = new BigUint64Array(PROGRESS_WORDS)
    this.#taken = []
    this.#since = performance.now()
    this.#timer = setInterval(() => this.#look(segment, words), EVERY_MS)
    this.#timer.unref()
    return words
  }

  #look(segment: number, words: BigUint64Array): void {
    const progress = progressOf(words)
    const now = performance.now()
    const last = this.#taken.at(-1)
    if (last !== undefined && last.stage === progress.stage) last.ms += now - this.#since
    else this.#taken.push({ stage: progress.stage, ms: now - this.#since })
    this.#since = now
    this.#say({ segment, ...progress })
  }

  #say(progress: ProofProgress): void {
    try {
      this.#tell(progress)
    } catch (cause) {
      this.#failure ??= callbackFailed('onProgress', cause)
    }
  }

  /** Milliseconds by stage, as exact as they were looked at. @throws RvrError `CALLBACK_FAILED` */
  end(): SegmentProof['stages'] {
    this[Symbol.dispose]()
    if (this.#failure !== undefined) throw this.#failure
    return this.#taken
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
