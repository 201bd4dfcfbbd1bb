/** Options of the SDK's calls. */
import type { EventSink } from '../events.ts'
import type { AbiName } from '../extensions/abi.ts'
import type { MachineFile } from '../machine/machine.ts'
import type { CompileOptions, PipelineOptions } from '../pipeline.ts'
import type { SegmentLimits } from '../machine/limits.ts'
import type { RunLimits } from '../run/session.ts'

export interface ExecuteOptions extends RunLimits {
  /** Input records, in order. */
  readonly inputs?: readonly Uint8Array[]
  /** Size of the public values in bytes; default 64. */
  readonly publicValuesBytes?: number
  /** Seed of the random words that the guest may ask for; default 0. */
  readonly seed?: bigint
  /** Mode `metered`: limits of a segment where they are not the machine's. */
  readonly segmentLimits?: Partial<SegmentLimits>
  /** argv of a guest of ABI `linux`. */
  readonly args?: readonly string[]
  /** Receives what the guest prints; default: dropped. */
  readonly onPrint?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
}

export interface RvrOptions extends PipelineOptions {
  /** Receives progress, warnings and cache outcomes. */
  readonly onEvent?: EventSink
}

export interface LoadOptions {
  /** What the guest expects of its host; default `openvm`. */
  readonly abi?: AbiName
  /** The path of a machine file, or a description; default: the machine that rvr ships for the guest's register width. */
  readonly machine?: string | MachineFile
}

export type { CompileOptions, RunLimits }
