/** All tables of a segment: rows of instructions by the trace engine, and what the machine itself has beside them. */
import { isReplayed, type Air } from '../../air/air.ts'
import { histogramLayout, lookupTables } from '../../air/lookups.ts'
import { RvrError } from '../../errors.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { expectBlocks } from '../blocks.ts'
import { coderOf } from '../coding.ts'
import { matrixOf, powerOfTwoFrom, type Matrix } from '../matrix.ts'
import { messagesOf } from '../messages.ts'
import { NO_EXIT_CODE, type SegmentTables } from '../segment.ts'
import { airsOf, type SystemAirs } from '../system/airs.ts'
import { systemRow } from '../system/memory-tables.ts'
import { placesOf } from '../system/places.ts'
import { programEntries, programMatrix } from '../system/program.ts'
import { finishBlocks } from './blocks.ts'
import { cut, type CutSegment, type RecordedSegment } from './cut.ts'
import type { EngineGuest } from './engine.ts'
import { fill } from './fill.ts'
import { matricesIn, planMatrices, type MatrixPlan } from './matrices.ts'
import { PhaseWatch, type FillPhases } from './phases.ts'
import { SpareMemory } from './spare-memory.ts'
import { stitch } from './stitch.ts'
import { fillLookupTable, fillProgramTable, type SegmentPlan } from './system.ts'
import type { NativeWork } from './system-library.ts'

const CELL_BYTES = 4

export interface FillingOptions extends NativeWork {
  /** Instructions of a fragment. */
  readonly fragment?: number | undefined
  /** Bytes that the tables may take. */
  readonly maxBytes: number
}

/** A segment as mode preflight recorded it, and how the guest stood behind it. */
export interface SegmentRecording extends RecordedSegment {
  /** Undefined where the guest goes on. */
  readonly exitCode: number | undefined
}

/** What is filled from a recording alone, without anything of the guest's memory. */
export interface FilledRows {
  readonly recording: SegmentRecording
  readonly cut: CutSegment
  /** Matrices of instructions; those of lookups and of the program are there, and still empty. */
  readonly plan: MatrixPlan
  readonly cells: Uint32Array<ArrayBuffer>
  /** Rows of lookup tables, as they were asked for by instructions. */
  readonly histogram: Uint32Array<ArrayBuffer>
  /** By slot (`EngineGuest.counts`): executions. */
  readonly executed: Uint32Array<ArrayBuffer>
  /** `struct rvr_touched` of all blocks that were accessed. */
  readonly touched: Uint8Array<ArrayBuffer>
  readonly watch: PhaseWatch
}

export interface NativeTables extends SegmentTables {
  readonly phases: FillPhases
}

/** Makes the tables of one segment of a guest after another. */
export class SegmentTableMaker {
  /** Tables that are given back to it make the next segment cheaper. */
  readonly spare = new SpareMemory()
  readonly #guest: EngineGuest
  readonly #airs: SystemAirs
  readonly #program: Matrix

  constructor(guest: EngineGuest) {
    const { set } = guest.engine
    const { image, abi } = guest.guest
    this.#guest = guest
    this.#airs = airsOf(set)
    const entries = programEntries(image, decoderFor(image.xlen, abi), coderOf(set))
    expectBlocks(set, entries)
    this.#program = programMatrix(this.#airs.program, entries, new Map())
  }

  /** Rows of a recorded segment. @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED`, `USAGE` (memory) */
  async rows(recording: SegmentRecording, options: FillingOptions): Promise<FilledRows> {
    const { threads, fragment, signal, maxBytes } = options
    const guest = this.#guest
    const watch = new PhaseWatch()
    const fragments = await cut(guest, recording, { threads, signal, length: fragment })
    watch.ended('cutMs')
    const plan = this.#planOf(fragments.rows)
    checkBytes(plan, maxBytes)
    const cells = this.spare.take(plan.cells)
    using filled = await fill(guest, fragments.fragments, { plan, cells }, { threads, signal })
    watch.ended('rowsMs')
    const { lists, histogram, executed } = filled
    const touched = await stitch(guest, { lists, histogram, plan, cells }, signal)
    await finishBlocks(guest, { histogram, plan, cells }, { threads, signal })
    watch.ended('stitchMs')
    return { recording, cut: fragments, plan, cells, histogram, executed, touched, watch }
  }

  /** Room for instructions, lookups and the program: all tables whose heights are known before rows are filled. */
  #planOf(rows: readonly number[]): MatrixPlan {
    const { set } = this.#guest.engine
    const { height, rows: entries } = this.#program
    const lookups = new Map(lookupTables(set).map(each => [each.air, each.height]))
    return planMatrices(set, (air, index) => {
      if (air.height === 'slots') return { height, rows: entries }
      const count = lookups.get(index) ?? (isReplayed(air) ? rows[index]! : 0)
      return { height: count === 0 ? 0 : powerOfTwoFrom(count), rows: count }
    })
  }

  /**
   * @param memory what the segment does to memory; without it, the tables of memory are left out
   * @throws RvrError `ABORTED`, `USAGE` (memory)
   */
  async tables(rows: FilledRows, memory: SegmentPlan | undefined, options: FillingOptions): Promise<NativeTables> {
    const { connector, merkle } = this.#airs
    const { set } = this.#guest.engine
    const states = this.#states(rows)
    const tables = new Map<Air, Matrix>(matricesIn(rows.plan, rows.cells).map(matrix => [matrix.air, matrix]))
    tables.set(connector, states.matrix)
    const publics = new Map([[connector, states.publics]])
    if (memory !== undefined) {
      for (const matrix of await this.#memoryTables(rows, memory, options)) tables.set(matrix.air, matrix)
      publics.set(merkle, [...memory.rootBefore, ...memory.rootAfter])
    }
    rows.watch.ended('memoryMs')
    this.#countLookups([states.matrix], rows.histogram)
    await this.#fixedTables(tables, rows, options)
    rows.watch.ended('lookupsMs')
    const { pieces, end } = rows.recording
    const { instret: instretStart } = pieces[0] ?? end
    return {
      phases: rows.watch.ms as FillPhases,
      set,
      instretStart,
      instructions: end.instret - instretStart,
      tables: set.airs.flatMap(air => tables.get(air) ?? []),
      publics,
    }
  }

  #states({ cut: { ts }, recording }: FilledRows): StateTable {
    const { pieces, end, exitCode = NO_EXIT_CODE } = recording
    const { connector } = this.#airs
    const pcFirst = (pieces[0] ?? end).pc
    const done = Number(recording.exitCode !== undefined)
    const first = systemRow(connector, { pc: pcFirst, ts: 1, begin: 1 })
    const last = systemRow(connector, { pc: end.pc, ts, done, code: exitCode })
    return { matrix: matrixOf(connector, [first, last]), publics: [pcFirst, end.pc, exitCode, done] }
  }

  async #memoryTables(rows: FilledRows, memory: SegmentPlan, options: FillingOptions): Promise<readonly Matrix[]> {
    const { boundary, merkle, hash } = this.#airs
    const own = new Map<Air, number>([
      [boundary, memory.rows.boundary],
      [merkle, memory.rows.merkle],
      [hash, memory.rows.hash],
    ])
    const plan = planMatrices(this.#guest.engine.set, air => {
      const count = own.get(air)
      return count === undefined ? { height: 0, rows: 0 } : { height: powerOfTwoFrom(count), rows: count }
    })
    checkBytes({ cells: plan.cells + rows.plan.cells }, options.maxBytes)
    const matrices = matricesIn(plan, this.spare.take(plan.cells))
    const cellsOf = (air: Air): Uint32Array => matrices.find(matrix => matrix.air === air)!.cells
    await memory.fill({ boundary: cellsOf(boundary), merkle: cellsOf(merkle), hash: cellsOf(hash) }, options)
    return matrices
  }

  /** Adds what a few rows look up to the histogram of all. */
  #countLookups(matrices: readonly Matrix[], histogram: Uint32Array): void {
    const { set } = this.#guest.engine
    const places = placesOf(set)
    const { offsets } = histogramLayout(lookupTables(set))
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

  async #fixedTables(tables: ReadonlyMap<Air, Matrix>, rows: FilledRows, work: NativeWork): Promise<void> {
    const { set, system } = this.#guest.engine
    const cellsOf = (air: Air): Uint32Array => tables.get(air)!.cells
    const lookups = lookupTables(set)
    const { offsets } = histogramLayout(lookups)
    for (const [index, { air, bus, height, answers }] of lookups.entries()) {
      const from = offsets.get(bus)!
      const histogram = rows.histogram.subarray(from, from + height * answers.length)
      await fillLookupTable(system, { index, histogram, cells: cellsOf(set.airs[air]!) }, work)
    }
    const cells = cellsOf(this.#airs.program)
    const counts = this.#guest.entryCounts(rows.executed)
    await fillProgramTable(system, { entries: this.#program.cells, counts, cells }, work)
  }
}

/** Before memory is taken. */
function checkBytes({ cells }: Pick<MatrixPlan, 'cells'>, limit: number): void {
  const bytes = cells * CELL_BYTES
  if (bytes <= limit) return
  throw new RvrError('USAGE', `the tables of the segment take ${bytes} bytes, and ${limit} are allowed`, {
    hint: 'Raise maxMemoryBytes, or cut smaller segments with a lower maxTraceHeight.',
    details: { bytes, limit },
  })
}

interface StateTable {
  readonly matrix: Matrix
  readonly publics: readonly number[]
}
