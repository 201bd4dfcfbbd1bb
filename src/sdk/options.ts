/** Options of the SDK's calls. */
import type { EventReceiver } from '../events.ts'
import type { AbiName } from '../extensions/abi.ts'
import type { MachineFile } from '../machine/machine.ts'
import type { CompileOptions as BuildOptions, PipelineOptions } from '../pipeline.ts'
import type { ExecutionProfile } from '../profile/counts.ts'
import type { SegmentLimits } from '../machine/limits.ts'
import type { WorkerPool } from '../run/pool.ts'
import type { PrintReceiver } from '../run/printer.ts'
import type { RunLimits } from '../run/limits.ts'
import type { Run } from './run.ts'

/** Limits of one stretch, and who hears of the cuts on the way. */
export interface ResumeOptions extends RunLimits {
  /**
   * Mode `metered`: called at every cut with the run suspended there, whose registers, memory and pc are what the next
   * segment starts with. When its promise resolves, the run goes on; the object it was given keeps its values, and its
   * memory goes on with the guest.
   */
  readonly onSegment?: (run: Run) => unknown
}

/**
 * Who hears of what a run does. An error that one of these functions throws, or that its promise rejects with, ends the
 * run: the call rejects with `CALLBACK_FAILED`.
 */
export interface RunListeners {
  /**
   * Receives what the guest prints; default: dropped. Texts longer than 64 KiB come in pieces. The guest waits while
   * the promise of its text is pending.
   */
  readonly onPrint?: PrintReceiver
  /** Receives `progress` events of this run and what comes of it; default: the receiver of the Rvr. */
  readonly onEvent?: EventReceiver
  /** Milliseconds between two `progress` events; default 1000. */
  readonly progressMs?: number
}

export interface ExecuteOptions extends ResumeOptions, RunListeners {
  /** Input records, in order. */
  readonly inputs?: readonly Uint8Array[]
  /** Size of the public values in bytes; default 64, at most 2^20. */
  readonly publicValuesBytes?: number
  /** Seed of the random words that the guest may ask for; default 0, at most 2^64 - 1. */
  readonly seed?: bigint
  /** Mode `metered`: limits of a segment where they are not the machine's. */
  readonly segmentLimits?: Partial<SegmentLimits>
  /** argv of a guest of ABI `linux`. */
  readonly args?: readonly string[]
}

/** A saved run brings inputs and everything else along. */
export type ResumeFromOptions = ResumeOptions & RunListeners

export interface RvrOptions extends PipelineOptions {
  /**
   * Receives progress, warnings and cache outcomes. What it throws, or its promise rejects with, ends the call that the
   * event comes from (`CALLBACK_FAILED`).
   */
  readonly onEvent?: EventReceiver
  /** @internal Threads that have been started already; they end with the Rvr. */
  readonly pool?: WorkerPool
}

export interface LoadOptions {
  /** What the guest expects of its host; default `openvm`. */
  readonly abi?: AbiName
  /**
   * The path of a machine file, or a description; default: the machine that rvr ships for the guest's register width.
   */
  readonly machine?: string | MachineFile
  /**
   * What the guest was built with: the path of its `openvm.toml`, or the same content as an object. Default: the file
   * of that name beside the guest, else keccak, sha2 and bigint, which need no parameters. `false`: the default without
   * looking for a file.
   */
  readonly config?: string | Readonly<Record<string, unknown>> | false
  /**
   * Extensions of one's own: paths of modules, or of folders with an `extension.ts` or `extension.js`. Their code runs
   * in this process.
   */
  readonly extensions?: readonly string[]
  /** Ends the reading of files, which may be pipes that nobody writes to. */
  readonly signal?: AbortSignal
}

/** What guides the code generator. */
export interface ProfileChoice {
  /**
   * Compile for what earlier runs of this guest executed: a file that `run.profile.addTo` or `rvr run --profile-out`
   * wrote, several, which count together, or a profile itself.
   */
  readonly profile?: string | readonly string[] | ExecutionProfile
}

export interface CompileOptions extends BuildOptions, ProfileChoice {}

export type { ExecutionProfile, RunLimits }
