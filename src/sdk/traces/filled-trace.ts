/** The tables of one segment, as whoever asked for them has them. */
import { accept } from '../../accept.ts'
import { airSetDigest } from '../../air/digest.ts'
import type { SegmentFacts } from '../../archive/segment.ts'
import { RvrError } from '../../errors.ts'
import type { Machine } from '../../machine/machine.ts'
import { checkSegment } from '../../trace/check/check.ts'
import type { Opening } from '../../proofs/opening.ts'
import type { SegmentCheck } from '../../trace/check/failure.ts'
import type { FillPhases } from '../../trace/native/phases.ts'
import type { SegmentTables } from '../../trace/segment.ts'
import type { TracedGuest } from '../../trace/steps.ts'
import { airsOf } from '../../trace/system/airs.ts'
import { Save, SaveRecording, TraceCheck } from '../calls.ts'
import type { SaveRecordingOptions, SegmentTrace, TraceCheckOptions, TracedChip, TraceMatrix } from '../traced.ts'
import type { FilledSegment, PlannedSegment } from './filler.ts'
import { Uses } from './uses.ts'

export interface TraceParts {
  readonly planned: Omit<PlannedSegment, 'heights'> & Partial<Pick<PlannedSegment, 'heights'>>
  readonly machine: Machine
  readonly filled: FilledSegment
  readonly guest: TracedGuest
  /** The segment in front of it, where there is one in these traces. */
  readonly before?: Pick<SegmentTables, 'set' | 'publics'> | undefined
}

function chipsOf({ planned: { heights }, machine, filled }: TraceParts): readonly TracedChip[] {
  return filled.tables.tables.map(({ air, rows, height }) => {
    const chip = machine.chips.findIndex(({ name }) => name === air.name)
    return { name: air.name, width: air.columns.length, rows, height, predicted: heights && (heights[chip] ?? 0) }
  })
}

export class FilledTrace implements SegmentTrace {
  readonly index: number
  readonly instretStart: number
  readonly instructions: number
  readonly chips: readonly TracedChip[]
  readonly chipsWithoutAir: readonly string[]
  readonly missing: readonly string[]
  readonly filledBy: 'engine' | 'reference'
  readonly recordMs: number | undefined
  readonly fillMs: number
  readonly phases: FillPhases | undefined
  /** Undefined once it has been disposed. */
  #parts: TraceParts | undefined
  readonly #uses = new Uses()

  constructor(parts: TraceParts) {
    const { planned, machine, filled } = parts
    const { tables, kept, recordMs, fillMs, phases } = filled
    this.index = planned.index
    this.instretStart = planned.instretStart
    this.instructions = planned.instructions
    this.filledBy = kept === undefined ? 'reference' : 'engine'
    this.recordMs = recordMs
    this.fillMs = fillMs
    this.phases = phases
    this.#parts = parts
    const names = new Set(tables.set.airs.map(({ name }) => name))
    this.chipsWithoutAir = machine.chips.flatMap(({ name }) => (names.has(name) ? [] : [name]))
    this.chips = chipsOf(parts)
    const { boundary, merkle, hash } = airsOf(tables.set)
    const filledAirs = new Set(tables.tables.map(({ air }) => air))
    this.missing = [boundary, merkle, hash].flatMap(air => (filledAirs.has(air) ? [] : [air.name]))
  }

  get #live(): TraceParts {
    if (this.#parts === undefined) throw new RvrError('DISPOSED', 'this trace has been disposed')
    return this.#parts
  }

  get #filled(): SegmentTables {
    return this.#live.filled.tables
  }

  matrix(name: string): TraceMatrix {
    const found = this.#filled.tables.find(({ air }) => air.name === name)
    if (found !== undefined) return { columns: found.air.columns, height: found.height, cells: found.cells }
    throw new RvrError('USAGE', `segment ${this.index} has no table ${name}`, {
      hint: `It has ${this.chips.map(each => each.name).join(', ')}.`,
    })
  }

  get publics(): Readonly<Record<string, number>> {
    const entries = [...this.#filled.publics].flatMap(([{ publics }, values]) =>
      publics.map((name, index) => [name, values[index]!] as const),
    )
    return Object.fromEntries(entries)
  }

  /** @throws RvrError `USAGE` */
  #expectWhole(what: string): void {
    if (this.missing.length === 0) return
    throw new RvrError('USAGE', `segment ${this.index} cannot be ${what}: it has no ${this.missing.join(', ')}`, {
      hint: "Its recording was saved without the guest's memory: save it with memory.",
      details: { missing: this.missing },
    })
  }

  /** @internal The guest's public values where the segment ends, until the next one is asked for. */
  opening(): Promise<Opening> | undefined {
    const { opening } = this.#live.filled
    return opening && this.#uses.run(opening)
  }

  async check(options: TraceCheckOptions = {}): Promise<SegmentCheck> {
    const { signal, threads } = accept(TraceCheck, 'check', options)
    const { filled, guest, before } = this.#live
    this.#expectWhole('checked')
    const { tables, originOf, check: native } = filled
    return this.#uses.run(() => checkSegment(tables, { guest, before, originOf, native, threads, signal }))
  }

  async save(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const own = accept(Save, 'save', options)
    const { tables, compress } = this.#live.filled
    this.#expectWhole('saved')
    const { writeSegment } = await import('../../archive/segment.ts')
    return this.#uses.run(() => writeSegment(file, tables, this.#facts(), { ...own, compress }))
  }

  saveRecording(file: string, options: SaveRecordingOptions = {}): Promise<string> {
    return this.#uses.run(() => this.#saveRecording(file, accept(SaveRecording, 'saveRecording', options)))
  }

  async #saveRecording(file: string, { memory = true, signal }: SaveRecordingOptions): Promise<string> {
    const { set } = this.#filled
    const { kept, compress } = this.#live.filled
    const recording = kept?.recording
    if (kept === undefined || recording === undefined)
      throw new RvrError('USAGE', `segment ${this.index} was filled by the reference, which records nothing`, {
        hint: "Have the trace engine fill it: run.traces({ filler: 'engine' }).",
      })
    const atEnd = memory === false ? undefined : kept.memory()
    if (memory === true && atEnd === undefined)
      throw new RvrError('USAGE', `the guest's memory at the end of segment ${this.index} is not known any more`, {
        hint: 'Save it before the next segment is asked for, or with { memory: false }.',
      })
    const uncounted = { ts: 0 }
    const segment = {
      origin: { ...this.#facts(), machine: airSetDigest(set) },
      pieces: recording.pieces.map(piece => ({ ...piece, ...uncounted })),
      end: { ...recording.end, ...uncounted },
      memory: atEnd,
    }
    const { writeFragments } = await import('../../archive/fragments.ts')
    return writeFragments(file, segment, { signal, compress })
  }

  #facts(): SegmentFacts {
    const { index, instretStart, instructions } = this
    const { image, abi } = this.#live.guest
    const { publics } = this
    const exitCode = publics['done_public'] === 1 ? publics['code_public'] : undefined
    return { xlen: image.xlen, index, instretStart, instructions, exitCode, guest: image.digest, abi: abi.digest }
  }

  /** @internal The guest is about to go on: resolves when nobody needs it as it stands. */
  letGo(): Promise<void> {
    return this.#uses.settled()
  }

  dispose(): void {
    const parts = this.#parts
    if (parts === undefined) return
    this.#parts = undefined
    // Native code that still reads them, and whoever has a view of them: the one gets its time, the other sees nothing.
    this.#uses.afterwards(() => {
      const { tables, kept, giveBack } = parts.filled
      const buffers = new Set(tables.tables.map(({ cells }) => cells.buffer as ArrayBuffer))
      for (const buffer of buffers) giveBack?.(buffer)
      kept?.giveUp()
    })
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
