/** What traces of a run's segments are to their callers. */
import type { FillPhases } from '../trace/native/phases.ts'
import type { SegmentCheck } from '../trace/check/failure.ts'

/** One table of a trace, and what mode metered has predicted of it. */
export interface TracedChip {
  readonly name: string
  /** Columns. */
  readonly width: number
  /** Rows that say something, and with those that pad them. */
  readonly rows: number
  readonly height: number
  /** Rows, by mode metered; undefined of a recording, which nobody has metered. */
  readonly predicted: number | undefined
}

/** A table of field elements. */
export interface TraceMatrix {
  readonly columns: readonly string[]
  readonly height: number
  /** Row by row, canonical: no copy. */
  readonly cells: Uint32Array
}

/** The tables of one segment of a run. */
export interface SegmentTrace extends Disposable {
  /** Place among the run's segments. */
  readonly index: number
  /** Instructions retired before it. */
  readonly instretStart: number
  readonly instructions: number
  /** In the machine's order; instructions that were not executed have none. */
  readonly chips: readonly TracedChip[]
  /** Chips that the machine has no AIR for: nothing of them is in the trace. */
  readonly chipsWithoutAir: readonly string[]
  /** Tables of memory that are not there, because they were filled from a recording without memory; else none. */
  readonly missing: readonly string[]
  /** Public values of all tables: `pc_first`, `root_before[0]`. */
  readonly publics: Readonly<Record<string, number>>
  /** What filled it: the trace engine, or the reference in JavaScript. */
  readonly filledBy: 'engine' | 'reference'
  /** Milliseconds that recording the segment took; absent where it was executed while it was filled. */
  readonly recordMs: number | undefined
  readonly fillMs: number
  /** What of it the parts of filling took, by the trace engine. */
  readonly phases: FillPhases | undefined

  /** The table of a chip. @throws RvrError `USAGE` (the segment has none of the name), `DISPOSED`. */
  matrix(name: string): TraceMatrix

  /**
   * Checks every constraint on every row, every bus, cells and public values, and that the segment begins where the
   * one in front of it in these traces ended. The tables have to stay as they are until it resolves.
   *
   * @throws RvrError `DISPOSED`, `ABORTED`; `USAGE` where tables are missing
   */
  check(options?: TraceCheckOptions): Promise<SegmentCheck>

  /**
   * Writes the tables to a file: an archive of content `segment` (docs/archive.md).
   *
   * @returns the file's absolute path
   * @throws RvrError `DISPOSED`, `IO`, `USAGE` (more than an archive holds, tables are missing), `ABORTED`
   */
  save(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>

  /**
   * Writes what the trace engine has filled the tables from: an archive of content `fragments`. `Guest.fillRecording`
   * fills them from there, in any process. The guest stands at the segment's end until the next segment is asked for:
   * until then its memory can be saved too.
   *
   * @returns the file's absolute path
   * @throws RvrError `DISPOSED`, `IO`, `ABORTED`; `USAGE`: the reference has filled it, which records nothing, or the
   *   guest has gone on and memory is wanted
   */
  saveRecording(file: string, options?: SaveRecordingOptions): Promise<string>

  /** Gives the tables' memory back, when what is going on has ended; views of them are empty then. */
  dispose(): void
}

export interface TraceCheckOptions {
  readonly signal?: AbortSignal
  /** Threads that native code checks on, 64 at most; default: one for each core. */
  readonly threads?: number
}

export interface SaveRecordingOptions {
  /** Keep the guest's memory too, without which no tables of memory can be filled; default true. */
  readonly memory?: boolean
  readonly signal?: AbortSignal
}

/** What fills the tables of a recording. */
export interface FillRecordingOptions {
  readonly signal?: AbortSignal
  /** Threads, 64 at most; default: one for each core. */
  readonly threads?: number
  /** Instructions of a fragment, which one thread fills; default 65,536. Tables do not depend on it. */
  readonly fragment?: number
  /** Bytes that the tables may take; default 2 GiB. */
  readonly maxMemoryBytes?: number
}
