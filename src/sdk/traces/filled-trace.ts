/** The tables of one segment, as whoever asked for them has them. */
import { accept } from '../../accept.ts'
import { airSetDigest } from '../../air/digest.ts'
import type { SegmentFacts } from '../../archive/segment.ts'
import { RvrError } from '../../errors.ts'
import type { Machine } from '../../machine/machine.ts'
import { checkSegment } from '../../trace/check/check.ts'
import type { SegmentCheck } from '../../trace/check/failure.ts'
import type { FillPhases } from '../../trace/native/segment.ts'
import type { SegmentTables } from '../../trace/segment.ts'
import type { TracedGuest } from '../../trace/steps.ts'
import { Save, TraceCheck } from '../calls.ts'
import type { SegmentTrace, TraceCheckOptions, TracedChip, TraceMatrix } from '../traced.ts'
import type { FilledSegment, PlannedSegment } from './filler.ts'

export class FilledTrace implements SegmentTrace {
  readonly index: number
  readonly instretStart: number
  readonly instructions: number
  readonly chips: readonly TracedChip[]
  readonly chipsWithoutAir: readonly string[]
  readonly filledBy: 'engine' | 'reference'
  readonly recordMs: number | undefined
  readonly fillMs: number
  readonly phases: FillPhases | undefined
  readonly #guest: TracedGuest
  readonly #checking: Pick<FilledSegment, 'originOf' | 'check' | 'kept' | 'giveBack'>
  readonly #before: Pick<SegmentTables, 'set' | 'publics'> | undefined
  #tables: SegmentTables | undefined
  /** Calls that are working on the tables. */
  #uses = 0

  constructor(parts: TraceParts) {
    const { planned, machine, filled, guest, before } = parts
    const { tables, kept, recordMs, fillMs } = filled
    this.index = planned.index
    this.instretStart = planned.instretStart
    this.instructions = planned.instructions
    this.filledBy = kept === undefined ? 'reference' : 'engine'
    this.recordMs = recordMs
    this.fillMs = fillMs
    this.phases = filled.phases
    this.#tables = tables
    this.#checking = filled
    this.#guest = guest
    this.#before = before
    const names = new Set(tables.set.airs.map(({ name }) => name))
    this.chipsWithoutAir = machine.chips.flatMap(({ name }) => (names.has(name) ? [] : [name]))
    this.chips = tables.tables.map(({ air, rows, height }) => {
      const chip = machine.chips.findIndex(({ name }) => name === air.name)
      return { name: air.name, width: air.columns.length, rows, height, predicted: planned.heights[chip] ?? 0 }
    })
  }

  get #filled(): SegmentTables {
    if (this.#tables === undefined) throw new RvrError('DISPOSED', 'this trace has been disposed')
    return this.#tables
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

  async check(options: TraceCheckOptions = {}): Promise<SegmentCheck> {
    const { signal, threads } = accept(TraceCheck, 'check', options)
    const { originOf, check: native } = this.#checking
    const checking = { guest: this.#guest, before: this.#before, originOf, native, threads, signal }
    return this.#using(tables => checkSegment(tables, checking))
  }

  async save(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { writeSegment } = await import('../../archive/segment.ts')
    const own = accept(Save, 'save', options)
    return this.#using(tables => writeSegment(file, tables, this.#facts(), own))
  }

  async saveRecording(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { set } = this.#filled
    const recording = this.#checking.kept?.recording
    if (recording === undefined)
      throw new RvrError('USAGE', `segment ${this.index} was filled by the reference, which records nothing`, {
        hint: "Have the trace engine fill it: run.traces({ filler: 'engine' }).",
      })
    const { writeFragments } = await import('../../archive/fragments.ts')
    const uncounted = { ts: 0 }
    const segment = {
      origin: { ...this.#facts(), machine: airSetDigest(set) },
      pieces: recording.pieces.map(piece => ({ ...piece, ...uncounted })),
      end: { ...recording.end, ...uncounted },
    }
    return writeFragments(file, segment, accept(Save, 'saveRecording', options))
  }

  #facts(): SegmentFacts {
    const { index, instretStart, instructions } = this
    const { image, abi } = this.#guest
    const { publics } = this
    const exitCode = publics['done_public'] === 1 ? publics['code_public'] : undefined
    return { xlen: image.xlen, index, instretStart, instructions, exitCode, guest: image.digest, abi: abi.digest }
  }

  /** Their memory stays until the body is done, whenever the trace is disposed. */
  async #using<Result>(body: (tables: SegmentTables) => Promise<Result>): Promise<Result> {
    const tables = this.#filled
    this.#uses++
    try {
      return await body(tables)
    } finally {
      this.#uses--
      if (this.#tables === undefined) this.#giveBack(tables)
    }
  }

  /** Whoever still has a view of the tables sees none any more. */
  #giveBack({ tables }: SegmentTables): void {
    if (this.#uses > 0) return
    const buffers = new Set(tables.map(({ cells }) => cells.buffer as ArrayBuffer))
    for (const buffer of buffers) this.#checking.giveBack?.(buffer)
    this.#checking.kept?.giveUp()
  }

  dispose(): void {
    const tables = this.#tables
    this.#tables = undefined
    if (tables !== undefined) this.#giveBack(tables)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

interface TraceParts {
  readonly planned: PlannedSegment
  readonly machine: Machine
  readonly filled: FilledSegment
  readonly guest: TracedGuest
  readonly before: Pick<SegmentTables, 'set' | 'publics'> | undefined
}
