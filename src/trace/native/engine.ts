/** A trace engine for one machine, and a guest's code in it. */
import type { AirSet } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'
import type { NativeTraceEngine } from '../../load/trace-engine.ts'
import { slotRanges, type SlotRange } from '../../program/slots.ts'
import type { CheckLibrary } from '../check/native/library.ts'
import type { TracedGuest } from '../steps.ts'
import type { SystemLibrary } from './system-library.ts'

export interface TraceEngine {
  readonly native: NativeTraceEngine
  /** Of the same library. */
  readonly system: SystemLibrary
  readonly check: CheckLibrary
  readonly set: AirSet
}

export const noMemory = (what: string): RvrError =>
  new RvrError('INTERNAL', `the host has no memory for ${what}`, {
    hint: 'Cut smaller segments, use fewer threads, or raise the limit on virtual memory (ulimit -v).',
  })

/** Memory of JavaScript. @throws RvrError `INTERNAL` where the host has none */
export function taken<Memory>(what: string, take: () => Memory): Memory {
  try {
    return take()
  } catch (error) {
    throw error instanceof RangeError ? noMemory(what) : error
  }
}

const fileWords = ({ base, end, written }: SlotRange): number => (Math.min(end, written) - base) / 4

/** A guest's code, decoded in an engine as long as it is not disposed. */
export class EngineGuest implements Disposable {
  readonly engine: TraceEngine
  readonly guest: TracedGuest
  /** Executions are counted by the slots of these that the file holds, and one more behind each. */
  readonly #ranges: readonly SlotRange[]
  #code: bigint

  constructor(engine: TraceEngine, guest: TracedGuest) {
    this.engine = engine
    this.guest = guest
    this.#ranges = slotRanges(guest.image, 4)
    const ranges = this.#ranges.flatMap(({ base, end, written }) => [base, Math.min(end, written), end].map(BigInt))
    const words = new Uint32Array(this.#ranges.reduce((sum, range) => sum + fileWords(range), 0))
    let at = 0
    for (const range of this.#ranges)
      for (let slot = 0; slot < fileWords(range); slot++) words[at++] = range.wordAt(range.base + 4 * slot)
    this.#code = engine.native.decode(BigUint64Array.from(ranges), words)
    if (this.#code === 0n) throw noMemory("the guest's code")
  }

  /** @throws RvrError `DISPOSED` */
  get code(): bigint {
    if (this.#code === 0n) throw new RvrError('DISPOSED', "the guest's code has been disposed")
    return this.#code
  }

  /** Slots that executions are counted by. */
  get slots(): number {
    return this.#ranges.reduce((sum, range) => sum + fileWords(range) + 1, 0)
  }

  /** The same without what is behind each range: one count for each word of code that the file holds, in order. */
  entryCounts(executed: Uint32Array): Uint32Array<ArrayBuffer> {
    const counts = new Uint32Array(this.slots - this.#ranges.length)
    let [from, to] = [0, 0]
    for (const range of this.#ranges) {
      const words = fileWords(range)
      counts.set(executed.subarray(from, from + words), to)
      from += words + 1
      to += words
    }
    return counts
  }

  /** By pc: how often it was executed. */
  counts(executed: Uint32Array): Map<number, number> {
    const counts = new Map<number, number>()
    let at = 0
    for (const range of this.#ranges) {
      for (let slot = 0; slot < fileWords(range); slot++) {
        const count = executed[at++]!
        if (count > 0) counts.set(range.base + 4 * slot, count)
      }
      at++
    }
    return counts
  }

  [Symbol.dispose](): void {
    if (this.#code !== 0n) this.engine.native.forget(this.#code)
    this.#code = 0n
  }
}
