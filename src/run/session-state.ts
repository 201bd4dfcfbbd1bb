/** What a session is made of, and where its guest stands between two stretches. */
import type { Image } from '../elf/image.ts'
import type { AbiOptions, GuestAbi } from '../extensions/abi.ts'
import type { SegmentLimits } from '../machine/limits.ts'
import type { Machine } from '../machine/machine.ts'
import type { Segment } from '../machine/meter.ts'
import type { Mode } from '../modes/mode.ts'
import type { ModeName } from '../modes/registry.ts'
import type { EngineChoice } from './home.ts'
import type { JobResult } from './job.ts'
import type { WorkerPool } from './pool.ts'
import type { PrintReceiver } from './printer.ts'
import type { ProgressOptions } from './running-job.ts'
import type { Tier } from './tier.ts'

/** Where the guest stands after a stretch of execution; counts are since the guest's start. */
export interface SessionState extends Omit<JobResult, 'rewind' | 'moved' | 'lost' | 'segments'> {
  /** Instructions of this stretch alone. */
  readonly executed: bigint
  /** What the guest ran in when it stopped. */
  readonly engine: EngineChoice['engine']
  /** All finished segments; the last one ends with the guest. */
  readonly segments: SegmentsSoFar
  /** The segment that a suspended guest is in. */
  readonly openSegment: { readonly instretStart: number; readonly heights: readonly number[] } | undefined
}

/**
 * The first `count` of a list that grows with the session: copying it at every cut would cost time that grows with the
 * square of the segments.
 */
export interface SegmentsSoFar {
  readonly list: readonly Segment[]
  readonly count: number
}

export interface SessionOptions {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode<ModeName>
  readonly machine: Machine
  readonly engine: EngineChoice
  /** An interpreted guest goes on in what this brings. */
  readonly tier?: Tier
  /** An interpreted guest: compares each call of an extension with the C of this library. */
  readonly witness?: string
  readonly pool: WorkerPool
  readonly print: PrintReceiver
  readonly progress?: ProgressOptions | undefined
  /** Modes with segments: keep every check, which takes longer and never loses the run (machine/look-ahead.ts). */
  readonly careful?: true
}

export interface StartOptions extends AbiOptions {
  /** Default: those of the machine. */
  readonly segmentLimits?: Partial<SegmentLimits>
}

/** A stretch and the one behind it, as the caller sees them. */
export function asOneStretch(first: SessionState, second: SessionState): SessionState {
  const trace =
    first.trace === undefined || second.trace === undefined ? {} : { trace: first.trace.concat(second.trace) }
  return {
    ...second,
    executed: first.executed + second.executed,
    executeMs: first.executeMs + second.executeMs,
    ...trace,
  }
}
