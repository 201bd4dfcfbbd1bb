/** The traces of a run's segments: planned by mode metered, executed once more, filled and checked. */
import { accept } from '../accept.ts'
import type { Air, AirSet } from '../air/air.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { MAX_TRACE_HEIGHT, paddedHeight } from '../machine/limits.ts'
import type { Machine } from '../machine/machine.ts'
import type { Segment } from '../machine/segment.ts'
import { airsOfMachine } from '../trace/airs.ts'
import { checkSegment } from '../trace/check/check.ts'
import type { SegmentCheck } from '../trace/check/failure.ts'
import { SegmentFiller, type SegmentTables } from '../trace/segment.ts'
import type { Standing, TracedGuest } from '../trace/steps.ts'
import { unprovable } from '../trace/unprovable.ts'
import { TraceCheck, Traces } from './calls.ts'
import type { SegmentTrace, TraceCheckOptions, TracedChip, TraceMatrix, TracesOptions } from './traced.ts'

const DEFAULT_MEMORY_BYTES = 2 ** 31
const CELL_BYTES = 4

/** A segment of a run, and where it stands in the run's plan. */
interface PlannedSegment extends Pick<Segment, 'instretStart' | 'instructions' | 'heights'> {
  readonly index: number
}

/** What traces are made of: a run that mode metered has cut into segments. */
export interface RunPlan {
  readonly machine: Machine
  readonly abi: GuestAbi
  /** The open one of a suspended run included. */
  readonly segments: readonly Omit<PlannedSegment, 'index'>[]
  /** Why the last segment cannot be proved. */
  readonly trap: { readonly pc: number; readonly instret: bigint; readonly message: string } | undefined
  /** The guest where a segment starts. It is no run any more: it goes on with the trace. */
  start(index: number, signal: AbortSignal | undefined): Promise<Disposable & { readonly standing: Standing }>
}

class FilledTrace implements SegmentTrace {
  readonly index: number
  readonly instretStart: number
  readonly instructions: number
  readonly chips: readonly TracedChip[]
  readonly chipsWithoutAir: readonly string[]
  readonly fillMs: number
  readonly #guest: TracedGuest
  readonly #before: Pick<SegmentTables, 'set' | 'publics'> | undefined
  #tables: SegmentTables | undefined

  constructor(parts: TraceParts) {
    const { planned, machine, tables, guest, before, fillMs } = parts
    this.index = planned.index
    this.instretStart = planned.instretStart
    this.instructions = planned.instructions
    this.fillMs = fillMs
    this.#tables = tables
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
    const { signal } = accept(TraceCheck, 'check', options)
    return checkSegment(this.#filled, { guest: this.#guest, before: this.#before, signal })
  }

  dispose(): void {
    this.#tables = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

interface TraceParts {
  readonly planned: PlannedSegment
  readonly machine: Machine
  readonly tables: SegmentTables
  readonly guest: TracedGuest
  readonly before: Pick<SegmentTables, 'set' | 'publics'> | undefined
  readonly fillMs: number
}

/** Bytes that the tables take, by what mode metered has predicted; too much is refused before anything is taken. */
function checkSize({ index, heights }: PlannedSegment, set: AirSet, machine: Machine, limit: number): void {
  const heightOf = (air: Air): number =>
    typeof air.height === 'number'
      ? air.height
      : paddedHeight(heights[machine.chips.findIndex(each => each.name === air.name)] ?? 0)
  let bytes = 0
  for (const air of set.airs) {
    const height = heightOf(air)
    if (height > MAX_TRACE_HEIGHT)
      throw new RvrError('UNPROVABLE', `segment ${index} needs ${height} rows of ${air.name}`, {
        hint: `A table has ${MAX_TRACE_HEIGHT} rows at most: cut smaller segments.`,
        details: { segment: index, chip: air.name, height, reason: 'height' },
      })
    bytes += height * air.columns.length * CELL_BYTES
  }
  if (bytes > limit)
    throw new RvrError('USAGE', `the tables of segment ${index} take ${bytes} bytes, and ${limit} are allowed`, {
      hint: 'Cut smaller segments with a lower maxTraceHeight, or raise maxMemoryBytes.',
      details: { segment: index, bytes, limit },
    })
}

/** Nothing proves a guest that traps: there is no end that its last segment could have. */
function refuseTrap({ trap }: RunPlan): void {
  if (trap === undefined) return
  throw unprovable(`it traps: ${trap.message}`, { pc: trap.pc, instret: Number(trap.instret) })
}

/** Segments of the plan that are asked for. @throws RvrError `USAGE` */
function chosen(plan: RunPlan, segment: number | undefined): readonly PlannedSegment[] {
  const all = plan.segments.map((each, index) => ({ ...each, index }))
  if (all.length === 0)
    throw new RvrError('USAGE', 'this run has no segments to trace', {
      hint: 'Only runs in mode metered have segments.',
    })
  if (segment === undefined) return all
  const found = all[segment]
  if (found === undefined)
    throw new RvrError('USAGE', `there is no segment ${segment}`, { hint: `Segments are 0 … ${all.length - 1}.` })
  return [found]
}

/**
 * Traces of a run's segments in order: of all, or of one. Each is executed by the reference interpreter from where it
 * starts, filled and handed out; what is not disposed stays in memory.
 */
export async function* tracesOf(plan: RunPlan, options: TracesOptions): AsyncGenerator<SegmentTrace, void, void> {
  const { segment, signal, maxMemoryBytes = DEFAULT_MEMORY_BYTES } = accept(Traces, 'traces', options)
  const segments = chosen(plan, segment)
  const { machine } = plan
  const set = airsOfMachine(machine, plan.abi.extensions)
  for (const planned of segments) checkSize(planned, set, machine, maxMemoryBytes)
  const start = await plan.start(segments[0]!.index, signal)
  try {
    const { image, abi }: Standing = start.standing
    const filler = new SegmentFiller(set, start.standing)
    let before: Pick<SegmentTables, 'set' | 'publics'> | undefined
    for (const planned of segments) {
      const begun = performance.now()
      const tables = await filler.fill(planned.instructions, signal)
      const fillMs = performance.now() - begun
      // Behind what the segment itself is refused for.
      if (planned.index === plan.segments.length - 1) refuseTrap(plan)
      yield new FilledTrace({ planned, machine, tables, guest: { image, abi }, before, fillMs })
      before = { set, publics: tables.publics }
    }
  } finally {
    start[Symbol.dispose]()
  }
}
