/** The tables of one segment after another, by a trace engine: cut, filled in parallel, joined, and the system's. */
import type { Air, AirSet } from '../../air/air.ts'
import { lookupTables } from '../../air/lookups.ts'
import { RvrError } from '../../errors.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { coderOf } from '../coding.ts'
import { matrixOf, powerOfTwoFrom, type Matrix } from '../matrix.ts'
import { messagesOf } from '../messages.ts'
import { NO_EXIT_CODE, type SegmentTables } from '../segment.ts'
import { airsOf, type SystemAirs } from '../system/airs.ts'
import { systemRow } from '../system/memory-tables.ts'
import { placesOf } from '../system/places.ts'
import { programEntries, programMatrix } from '../system/program.ts'
import { cut, type CutSegment, type RecordedSegment } from './cut.ts'
import type { EngineGuest } from './engine.ts'
import { fill } from './fill.ts'
import { matricesIn, planMatrices, type MatrixPlace, type MatrixPlan } from './matrices.ts'
import { SpareMemory } from './spare-memory.ts'
import { stitch } from './stitch.ts'
import { fillLookupTable, fillProgramTable, NativeTree, type Held, type SegmentPlan } from './system.ts'
import type { SystemLibrary } from './system-library.ts'

/** Milliseconds that the parts of filling take. */
export interface FillPhases {
  /** Replaying what was recorded, to cut it into fragments. */
  readonly cutMs: number
  /** Rows of instructions. */
  readonly rowsMs: number
  /** Joining fragments. */
  readonly stitchMs: number
  /** Tables of memory and hashes. */
  readonly memoryMs: number
  /** The program and what is looked up. */
  readonly lookupsMs: number
}

/** Takes the time of one phase after another. */
class Watch {
  readonly ms: Partial<Record<keyof FillPhases, number>> = {}
  #from = performance.now()

  ended(phase: keyof FillPhases): void {
    const now = performance.now()
    this.ms[phase] = now - this.#from
    this.#from = now
  }
}

export interface FillingOptions {
  readonly threads: number
  /** Instructions of a fragment. */
  readonly fragment?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A segment as mode preflight recorded it, and how the guest stood behind it. */
export interface SegmentRecording extends RecordedSegment {
  /** Undefined where the guest goes on. */
  readonly exitCode: number | undefined
}

/** What is filled from a recording alone, without anything of the guest's memory. */
export interface FilledRows {
  readonly cut: CutSegment
  /** Matrices of instructions; those of lookups and of the program are there, and still empty. */
  readonly plan: MatrixPlan
  readonly cells: Uint32Array<ArrayBuffer>
  /** Rows of lookup tables, as they were asked for by instructions. */
  readonly histogram: Uint32Array<ArrayBuffer>
  /** By entry of the program: executions. */
  readonly executed: Uint32Array<ArrayBuffer>
  /** `struct rvr_touched` of all blocks that were accessed. */
  readonly touched: Uint8Array<ArrayBuffer>
  readonly watch: Watch
}

/** Room for instructions, lookups and the program: all tables whose heights are known before rows are filled. */
function planOf(set: AirSet, rows: readonly number[], program: Pick<MatrixPlace, 'height' | 'rows'>): MatrixPlan {
  const lookups = new Map(lookupTables(set).map(({ air, height }) => [air, height]))
  return planMatrices(set, (air, index) => {
    if (air.height === 'slots') return program
    const count = lookups.get(index) ?? (air.instructions.length === 0 ? 0 : rows[index]!)
    return { height: count === 0 ? 0 : powerOfTwoFrom(count), rows: count }
  })
}

export interface RowsTarget {
  readonly program: Pick<MatrixPlace, 'height' | 'rows'>
  /** Where memory for tables comes from. */
  readonly spare: SpareMemory
}

/** Rows of a recorded segment. @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED` */
export async function fillRows(
  guest: EngineGuest,
  recording: RecordedSegment,
  { program, spare }: RowsTarget,
  { threads, fragment, signal }: FillingOptions,
): Promise<FilledRows> {
  const { set } = guest.engine
  const watch = new Watch()
  const fragments = await cut(guest, recording, { threads, signal, length: fragment })
  watch.ended('cutMs')
  const plan = planOf(set, fragments.rows, program)
  const cells = spare.take(plan.cells)
  using filled = await fill(guest, fragments.fragments, { plan, cells }, { threads, signal })
  watch.ended('rowsMs')
  const { lists, histogram } = filled
  const touched = await stitch(guest, { lists, histogram, plan, cells })
  watch.ended('stitchMs')
  const executed = guest.entryCounts(filled.executed)
  return { cut: fragments, plan, cells, histogram, executed, touched, watch }
}

/** Fills segment after segment of a guest. */
export class NativeFiller implements Disposable {
  /** Tables that are given back to it make the next segment cheaper. */
  readonly spare = new SpareMemory()
  readonly #guest: EngineGuest
  readonly #system: SystemLibrary
  readonly #airs: SystemAirs
  readonly #program: Matrix
  readonly #tree: NativeTree

  private constructor(guest: EngineGuest, system: SystemLibrary, tree: NativeTree) {
    const { set } = guest.engine
    const { image, abi } = guest.guest
    this.#guest = guest
    this.#system = system
    this.#airs = airsOf(set)
    const entries = programEntries(image, decoderFor(image.xlen, abi), coderOf(set))
    this.#program = programMatrix(this.#airs.program, entries, new Map())
    this.#tree = tree
  }

  /** @param held what the guest holds where its first segment starts, until this is done */
  static async begin(guest: EngineGuest, held: Held, options: BeginOptions): Promise<NativeFiller> {
    const { system } = guest.engine
    return new NativeFiller(guest, system, await NativeTree.create(system, held, options))
  }

  /**
   * @param held what the guest holds at the segment's end, until this is done
   * @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED`, `USAGE` (memory)
   */
  async fill(recording: SegmentRecording, held: Held, options: FillingOptions): Promise<NativeTables> {
    const { threads, signal } = options
    const work = { threads, signal }
    const { height, rows } = this.#program
    const target = { program: { height, rows }, spare: this.spare }
    const filled = await fillRows(this.#guest, recording, target, options)
    using memory = await this.#tree.pass(filled.touched, held, work)
    const states = this.#states(recording, filled)
    const tables = new Map<Air, Matrix>(matricesIn(filled.plan, filled.cells).map(matrix => [matrix.air, matrix]))
    tables.set(states.matrix.air, states.matrix)
    for (const matrix of await this.#memoryTables(memory, work)) tables.set(matrix.air, matrix)
    filled.watch.ended('memoryMs')
    this.#countLookups([states.matrix], filled.histogram)
    await this.#fixedTables(tables, filled, work)
    filled.watch.ended('lookupsMs')
    const { set } = this.#guest.engine
    return {
      phases: filled.watch.ms as FillPhases,
      set,
      instretStart: recording.pieces[0]?.instret ?? recording.end.instret,
      instructions: recording.end.instret - (recording.pieces[0]?.instret ?? recording.end.instret),
      tables: set.airs.flatMap(air => tables.get(air) ?? []),
      publics: new Map([
        [this.#airs.connector, states.publics],
        [this.#airs.merkle, [...memory.rootBefore, ...memory.rootAfter]],
      ]),
    }
  }

  #states(recording: SegmentRecording, { cut: { ts } }: FilledRows): StateTable {
    const { pieces, end, exitCode = NO_EXIT_CODE } = recording
    const { connector } = this.#airs
    const pcFirst = (pieces[0] ?? end).pc
    const done = Number(recording.exitCode !== undefined)
    const first = systemRow(connector, { pc: pcFirst, ts: 1, begin: 1 })
    const last = systemRow(connector, { pc: end.pc, ts, done, code: exitCode })
    return { matrix: matrixOf(connector, [first, last]), publics: [pcFirst, end.pc, exitCode, done] }
  }

  async #memoryTables(memory: SegmentPlan, work: Work): Promise<readonly Matrix[]> {
    const { boundary, merkle, hash } = this.#airs
    const { rows } = memory
    const own = new Map<Air, number>([
      [boundary, rows.boundary],
      [merkle, rows.merkle],
      [hash, rows.hash],
    ])
    const plan = planMatrices(this.#guest.engine.set, air => {
      const count = own.get(air)
      return count === undefined ? { height: 0, rows: 0 } : { height: powerOfTwoFrom(count), rows: count }
    })
    const matrices = matricesIn(plan, this.spare.take(plan.cells))
    const cellsOf = (air: Air): Uint32Array => matrices.find(matrix => matrix.air === air)!.cells
    await memory.fill({ boundary: cellsOf(boundary), merkle: cellsOf(merkle), hash: cellsOf(hash) }, work)
    return matrices
  }

  /** Adds what a few rows look up to the histogram of all. */
  #countLookups(matrices: readonly Matrix[], histogram: Uint32Array): void {
    const { set } = this.#guest.engine
    const places = placesOf(set)
    const offsets = offsetsOf(set)
    for (const matrix of matrices) {
      for (const { bus, fields, count } of messagesOf(matrix, set.buses)) {
        const found = places.get(set.buses.indexOf(bus))
        if (found === undefined) continue
        const place = found.place(fields)
        if (place === undefined)
          throw new RvrError('INTERNAL', `${matrix.air.name} asks for what the table of ${bus.name} does not have`)
        const at = offsets.get(found.table.bus)! + place
        histogram[at] = histogram[at]! + count
      }
    }
  }

  async #fixedTables(tables: ReadonlyMap<Air, Matrix>, filled: FilledRows, work: Work): Promise<void> {
    const { set } = this.#guest.engine
    const cellsOf = (air: Air): Uint32Array => tables.get(air)!.cells
    let from = 0
    for (const [index, { air, height, answers }] of lookupTables(set).entries()) {
      const histogram = filled.histogram.subarray(from, (from += height * answers.length))
      await fillLookupTable(this.#system, { index, histogram, cells: cellsOf(set.airs[air]!) }, work)
    }
    const cells = cellsOf(this.#airs.program)
    await fillProgramTable(this.#system, { entries: this.#program.cells, counts: filled.executed, cells }, work)
  }

  [Symbol.dispose](): void {
    this.#tree.dispose()
    this.spare.end()
  }
}

/** By bus: where the counts of its table begin in a histogram of all. */
function offsetsOf(set: AirSet): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  let at = 0
  for (const { bus, height, answers } of lookupTables(set)) {
    offsets.set(bus, at)
    at += height * answers.length
  }
  return offsets
}

interface Work {
  readonly threads: number
  readonly signal?: AbortSignal | undefined
}

export interface BeginOptions extends Work {
  /** Most bytes that the hashes of the guest's memory may take. */
  readonly maxBytes: number
}

interface StateTable {
  readonly matrix: Matrix
  readonly publics: readonly number[]
}

export interface NativeTables extends SegmentTables {
  readonly phases: FillPhases
}
