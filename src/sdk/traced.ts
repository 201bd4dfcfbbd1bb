/** What traces of a run's segments are to their callers. */
import type { FillPhases } from '../trace/native/segment.ts'
import type { SegmentCheck } from '../trace/check/failure.ts'

/** One table of a trace, and what mode metered has predicted of it. */
export interface TracedChip {
  readonly name: string
  /** Columns. */
  readonly width: number
  /** Rows that say something, and with those that pad them. */
  readonly rows: number
  readonly height: number
  readonly predicted: number
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
   * @throws RvrError `DISPOSED`, `ABORTED`
   */
  check(options?: TraceCheckOptions): Promise<SegmentCheck>

  /**
   * Writes the tables to a file: an archive of content `segment` (docs/archive.md).
   *
   * @returns the file's absolute path
   * @throws RvrError `DISPOSED`, `IO`, `USAGE` (more than an archive holds), `ABORTED`
   */
  save(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>

  /**
   * Writes what the trace engine has filled the tables from: an archive of content `fragments`. `Guest.fill` fills them
   * from there, in any process.
   *
   * @returns the file's absolute path
   * @throws RvrError `DISPOSED`, `IO`, `ABORTED`; `USAGE`: the reference has filled it, which records nothing
   */
  saveRecording(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>

  /** Gives the tables' memory back. */
  dispose(): void
}

export interface TraceCheckOptions {
  readonly signal?: AbortSignal
  /** Threads that native code checks on; default: one for each core. */
  readonly threads?: number
}
