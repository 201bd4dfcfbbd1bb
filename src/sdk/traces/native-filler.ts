/** Traces by the trace engine: segments are recorded in mode preflight, and filled from what was recorded. */
import { RvrError } from '../../errors.ts'
import type { EventSink } from '../../events.ts'
import { LEAST_TAPE_BYTES, MOST_TAPE_BYTES } from '../../modes/preflight/limits.ts'
import type { Piece } from '../../modes/preflight/piece.ts'
import { copyPages, nonzeroPages } from '../../program/nonzero-pages.ts'
import type { Opening } from '../../proofs/opening.ts'
import { besidePublicValues, memoryLayout } from '../../trace/layout.ts'
import { EngineGuest, type TraceEngine } from '../../trace/native/engine.ts'
import { originsOf } from '../../trace/native/origins.ts'
import type { MemoryAtEnd } from '../../trace/native/recorded.ts'
import { NativeFiller } from '../../trace/native/segment.ts'
import type { Held } from '../../trace/native/system.ts'
import type { FillingOptions, SegmentRecording } from '../../trace/native/tables.ts'
import type { Standing, TracedGuest } from '../../trace/steps.ts'
import type { FilledSegment, PlannedSegment, TraceFiller } from './filler.ts'
import { KeptRecording } from './kept-recording.ts'

/** A guest in mode preflight, between two segments. */
export interface Recorder extends Disposable {
  readonly standing: Standing
  /** Goes on for exactly so many instructions. */
  record(instructions: number, maxTapeBytes: number, signal: AbortSignal | undefined): Promise<Recorded>
}

export interface Recorded {
  /** Undefined where the guest goes on. */
  readonly exitCode: number | undefined
  readonly isFull: boolean
  readonly instret: number
  readonly pieces: readonly Piece[]
}

export interface NativeTracing {
  readonly engine: TraceEngine
  /** Where the first of the segments starts. */
  readonly recorder: Recorder
  readonly threads: number
  /** Instructions of a fragment. */
  readonly fragment: number | undefined
  /** Bytes that tables, tape and hashes of memory may take, each. */
  readonly maxBytes: number
  readonly events: EventSink
}

const heldBy = ({ hart, abi, host }: Standing): Held => ({
  memory: hart.memory,
  registers: hart.x,
  publicValues: abi.host.publicValues(host),
})

/** A copy of what the guest holds. */
function keptOf({ memory, publicValues }: Held): MemoryAtEnd {
  const numbers = nonzeroPages(memory)
  return { numbers, pages: copyPages(memory, numbers), publicValues: publicValues.slice() }
}

export class NativeTraceFiller implements TraceFiller {
  readonly guest: TracedGuest
  readonly #guest: EngineGuest
  readonly #filler: NativeFiller
  readonly #recorder: Recorder
  readonly #options: Omit<FillingOptions, 'signal'>
  readonly #maxTapeBytes: number
  readonly #events: EventSink
  #last: KeptRecording | undefined

  private constructor(guest: EngineGuest, filler: NativeFiller, tracing: NativeTracing) {
    this.guest = guest.guest
    this.#guest = guest
    this.#filler = filler
    this.#recorder = tracing.recorder
    const { threads, fragment, maxBytes, events } = tracing
    this.#options = { threads, fragment, maxBytes }
    this.#maxTapeBytes = Math.max(LEAST_TAPE_BYTES, Math.min(MOST_TAPE_BYTES, maxBytes))
    this.#events = events
  }

  static async begin(tracing: NativeTracing, signal: AbortSignal | undefined): Promise<NativeTraceFiller> {
    const { engine, recorder, threads, maxBytes } = tracing
    const { standing } = recorder
    const guest = new EngineGuest(engine, { image: standing.image, abi: standing.abi })
    try {
      const options = { threads, maxBytes, signal }
      return new NativeTraceFiller(guest, await NativeFiller.begin(guest, heldBy(standing), options), tracing)
    } catch (error) {
      guest[Symbol.dispose]()
      throw error
    }
  }

  async fill(planned: PlannedSegment, signal: AbortSignal | undefined): Promise<FilledSegment> {
    this.#last?.leave()
    const begun = performance.now()
    const recording = await this.#record(planned, signal)
    const recorded = performance.now()
    const recordMs = recorded - begun
    this.#events({ type: 'trace', segment: planned.index, state: 'recorded', ms: recordMs })
    const held = heldBy(this.#recorder.standing)
    const kept = new KeptRecording(recording, () => keptOf(held))
    this.#last = kept
    const tables = await this.#filler.fill(recording, held, { ...this.#options, signal })
    return {
      tables,
      check: this.#guest.engine.check,
      compress: this.#guest.engine.native.compress,
      originOf: originsOf(this.#guest.engine, this.guest, () => kept.recording),
      kept,
      opening: () => this.#opening(held),
      giveBack: buffer => this.#filler.giveBack(buffer),
      phases: tables.phases,
      recordMs,
      fillMs: performance.now() - recorded,
    }
  }

  async #opening({ publicValues }: Held): Promise<Opening> {
    const { xlen } = this.guest.image
    const values = publicValues.slice()
    return { xlen, values, beside: await this.#filler.hash(besidePublicValues(memoryLayout(xlen))) }
  }

  async #record(planned: PlannedSegment, signal: AbortSignal | undefined): Promise<SegmentRecording> {
    const { index, instretStart, instructions } = planned
    const maxBytes = this.#maxTapeBytes
    const { exitCode, isFull, instret, pieces } = await this.#recorder.record(instructions, maxBytes, signal)
    if (isFull)
      throw new RvrError('USAGE', `the tape of segment ${index} takes more than ${maxBytes} bytes`, {
        hint: 'Cut smaller segments with a lower maxTraceHeight, or raise maxMemoryBytes.',
        details: { segment: index, limit: maxBytes },
      })
    if (instret !== instretStart + instructions)
      throw new RvrError('DIVERGED', `segment ${index} ends after ${instret} instructions: its run went on to others`, {
        hint: 'A run of the same guest with the same inputs goes the same way: is the artifact of this guest?',
        details: { segment: index, instret, wanted: instretStart + instructions },
      })
    const { hart } = this.#recorder.standing
    return { pieces, end: { instret, pc: hart.pc, x: hart.x.slice() }, exitCode }
  }

  [Symbol.dispose](): void {
    this.#last?.leave()
    this.#filler[Symbol.dispose]()
    this.#guest[Symbol.dispose]()
    this.#recorder[Symbol.dispose]()
  }
}
