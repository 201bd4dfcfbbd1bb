/** Who fills the tables of planned segments: the trace engine, or the reference in JavaScript. */
import type { Compress } from '../../archive/chain.ts'
import type { Segment } from '../../machine/segment.ts'
import type { Opening } from '../../proofs/opening.ts'
import type { CheckLibrary } from '../../trace/check/native/library.ts'
import type { OriginOf } from '../../trace/check/places.ts'
import type { TracedGuest } from '../../trace/steps.ts'
import type { SegmentTables } from '../../trace/segment.ts'
import type { FillPhases } from '../../trace/native/phases.ts'
import type { KeptRecording } from './kept-recording.ts'

/** A segment of a run, and where it stands in the run's plan. */
export interface PlannedSegment extends Pick<Segment, 'instretStart' | 'instructions' | 'heights'> {
  readonly index: number
}

/** What came of a segment. */
export interface FilledSegment {
  readonly tables: SegmentTables
  /** Default: what the tables know. */
  readonly originOf?: OriginOf | undefined
  /** What checks them; without it, JavaScript does. */
  readonly check?: CheckLibrary | undefined
  /** What hashes them, when they are saved; without it, JavaScript does. */
  readonly compress?: Compress | undefined
  /** What the trace engine has filled them from. */
  readonly kept?: KeptRecording | undefined
  /** Milliseconds that executing the segment took; absent where it was not executed, or while its rows were filled. */
  readonly recordMs?: number | undefined
  readonly fillMs: number
  /** Takes the memory of tables that nobody wants any more. */
  readonly giveBack?: ((buffer: ArrayBuffer) => void) | undefined
  /** Its public values where the segment ends, until the next one is asked for; absent where there is no guest. */
  readonly opening?: (() => Promise<Opening>) | undefined
  /** Of the trace engine. */
  readonly phases?: FillPhases | undefined
}

/** Fills segments one after another, each as soon as the one in front of it has been filled. */
export interface TraceFiller extends Disposable {
  readonly guest: TracedGuest
  /** @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED`, `USAGE` */
  fill(planned: PlannedSegment, signal: AbortSignal | undefined): Promise<FilledSegment>
}
