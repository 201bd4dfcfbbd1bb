/** What runs and artifacts are to their callers, and the options that name them: types that need each other. */
import type { LoadedAirs } from '../air/load.ts'
import type { EventReceiver, EventSink } from '../events.ts'
import type { AbiName } from '../extensions/abi.ts'
import type { GuestDirectory } from '../extensions/linux/files/directories.ts'
import type { SegmentLimits } from '../machine/limits.ts'
import type { Machine } from '../machine/machine.ts'
import type { Segment } from '../machine/segment.ts'
import type { OpenSegment } from '../modes/metered/result.ts'
import type { ModeName } from '../modes/registry.ts'
import type { CallDifference } from '../run/call-witness.ts'
import type { EngineName } from '../run/home.ts'
import type { StopCause } from '../run/job.ts'
import type { RunLimits } from '../run/limits.ts'
import type { PrintReceiver } from '../run/printer.ts'
import type { TracedStep } from '../run/trace.ts'
import type { GuestShards } from '../shards/guest-shards.ts'
import type { PulledItems } from '../streams/stream.ts'
import type { TraceEngine } from '../trace/native/engine.ts'
import type { GuestMemoryView } from './guest-memory.ts'
import type { Profile } from './profile.ts'
import type { ProofsOptions, SegmentProof } from './proofs/contract.ts'
import type { GuestProving, ProvingChoice } from './proofs/guest-proving.ts'
import type { SavedByBlocks } from './saved-by-blocks.ts'
import type { ShardPlan, ShardsOptions } from './shard-plan.ts'
import type { SegmentTrace } from './traced.ts'
import type { TrapReport } from './trap-report.ts'

export type Outcome = 'terminated' | 'suspended' | 'trapped'

export interface TraceOptions extends Pick<RunLimits, 'maxCost' | 'timeoutMs' | 'signal' | 'suspend'> {
  /** Instructions to execute at most. */
  readonly maxInstructions: bigint | number
}

/** One instruction that was executed. */
export interface TracedInstruction extends TracedStep {
  /** Instructions retired before it. */
  readonly instret: bigint
}

export interface Trace {
  /** The run behind the last instruction of the trace. */
  readonly run: Run
  readonly steps: readonly TracedInstruction[]
}

/**
 * The result of `execute` or `resume`. Values are those at the moment the run stopped; memory is live until it is
 * resumed or disposed.
 */
export interface Run extends Disposable {
  readonly outcome: Outcome
  /** 0 … 255, for terminated runs. */
  readonly exitCode: number | undefined
  /** Why a suspended run stopped. */
  readonly stopCause: StopCause | undefined
  readonly trap: TrapReport | undefined
  /**
   * The word at `pc` that ended the guest because it is no instruction (ABI `openvm`: exit code 2); undefined for every
   * other end.
   */
  readonly unknownWord: number | undefined
  readonly mode: ModeName
  /** What the guest ran in when it stopped. */
  readonly engine: EngineName
  /** Instructions that the reference interpreter executed while there was nothing faster. */
  readonly interpreted: bigint
  /** Instructions that the native interpreter executed; all but these and `interpreted` are native code's. */
  readonly interpretedNatively: bigint
  /** What the run is metered with: names and widths of the chips whose heights `segments` lists. */
  readonly machine: Machine

  /** Instructions retired since the guest's start, in all stretches together. */
  readonly instret: bigint
  /** Trace cells since the guest's start; undefined in modes without cost. */
  readonly cost: bigint | undefined
  readonly publicValues: Uint8Array
  /** Mode `metered`: finished segments; the last one ends with the guest. Empty in other modes. */
  readonly segments: readonly Segment[]

  /** Mode `metered` on a machine with autoprecompiles: what these save so far; else undefined. */
  readonly savedByAutoprecompiles: SavedByBlocks | undefined
  /** Mode `metered`: the segment that a suspended run is in, with its heights so far. */
  readonly openSegment: OpenSegment | undefined
  /** Address of the next instruction. */
  readonly pc: number
  /** x0 … x31, unsigned. */
  readonly registers: readonly bigint[]
  readonly memory: GuestMemoryView
  /**
   * Instructions of this stretch alone: since `execute`, `resume` or `resumeFrom`, or since the last cut where there is
   * an `onSegment`.
   */
  readonly executed: bigint
  /** Wall-clock milliseconds that the same stretch executed. */
  readonly timing: { readonly executeMs: number }
  /** Modes `profile` and `calls`: what was executed, and what it cost; undefined in other modes. */
  readonly profile: Profile | undefined

  /**
   * Goes on where a suspended run stopped; limits count from there. The earlier Run object keeps its values and can no
   * longer be resumed.
   */
  resume(options?: ResumeOptions): Promise<Run>

  /**
   * Goes on instruction by instruction in the interpreter and lists what was executed, at most 100,000 instructions at
   * a time. An instruction that traps has not been executed. The new run can be traced, or resumed at native speed;
   * this one keeps its values.
   *
   * @throws RvrError `USAGE` (the run is not suspended, or more instructions were asked for), `ABORTED`.
   */
  trace(options: TraceOptions): Promise<Trace>

  /**
   * A fresh run, suspended exactly where segment `index` starts: its registers, memory and pc are that segment's start
   * state. The guest runs once more up to there. The open segment of a suspended run is the last one.
   *
   * @throws RvrError `USAGE` for a segment that the run does not have, or an artifact of another guest.
   */
  segmentStart(index: number, options?: SegmentStartOptions): Promise<Run>

  /**
   * Fresh runs at the starts of all segments, in order and in one pass: each is valid until the next one is asked for.
   */
  segmentStarts(options?: SegmentStartOptions): AsyncGenerator<Run, void, void>

  /**
   * Mode `metered`: the tables that a proof of each segment is about, in order (docs/trace.md). The guest runs once
   * more, in mode `preflight`, segment after segment, and goes on when the next one is asked for. Each trace keeps its
   * memory until it is disposed.
   *
   * @throws RvrError `USAGE` (no such segment, a machine without AIRs, tables that take more memory than allowed),
   *   `UNPROVABLE` (`details` is {pc, instret, reason}), `ABORTED`.
   */
  traces(options?: TracesOptions): AsyncGenerator<SegmentTrace, void, void>

  /**
   * Mode `metered`: a proof of each segment, in order (docs/proofs.md); each is executed once more, filled and proved
   * when it is asked for.
   *
   * @throws RvrError as `traces` does; `UNPROVABLE` (chips without AIR: `details.chips`), `USAGE` (more memory than
   *   allowed: `details` is {segment, bytes, limit})
   */
  proofs(options?: ProofsOptions): AsyncGenerator<SegmentProof, void, void>

  /**
   * What shards of the run hand on to one another (docs/shards.md). The guest runs once more, in mode `shards`, and for
   * plans by cost in `metered-cost` too. `plan` says where shards end; default: where segments of mode `metered` do.
   *
   * @throws RvrError `USAGE` (a plan that is empty, does not ascend or goes past the run's end), `ABORTED`, and as
   *   `Guest.tiered` and `Artifact.execute`
   */
  shards(plan?: ShardPlan, options?: ShardsOptions): Promise<GuestShards>

  /**
   * Saves a suspended run to a file, whole or not at all, and returns the file's absolute path; `artifact.resumeFrom`
   * goes on from it, in another process too. This run can still be resumed.
   *
   * @throws RvrError `USAGE` (the run is not suspended, or has been resumed since), `IO`, `ABORTED`.
   */
  save(file: string, options?: { readonly signal?: AbortSignal }): Promise<string>

  /** @internal What the mode has collected, in its own form. */
  readonly collected: object

  /** @internal A checked run: the call that it stands in front of, whose C is wrong. */
  readonly callDifference: CallDifference | undefined

  /**
   * @internal Instructions at which native code handed back for the last time in this stretch; undefined where it never
   *   ran.
   */
  readonly nativeUntil: bigint | undefined

  /** Gives the guest's memory back to the host. */
  dispose(): void
}

/** What runs a guest: an artifact. */
export interface Executable {
  /** SHA-256 of the guest's ELF file, and the ABI it runs with. */
  readonly guestDigest: string
  readonly abi: AbiName
  /** Does the mode cut runs into segments? */
  readonly keepsSegments: boolean
  /** Does the mode record what traces are filled from? */
  readonly recordsTape: boolean
  execute(options?: ExecuteOptions): Promise<Run>
}

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
  /**
   * Items that the guest pulls, in order (docs/streaming.md): `emitStream` or `readStream` gives them. A guest that
   * pulls others traps; one that ends with exit code 0 without some of them rejects with `STREAM_INVALID`. Default:
   * what the guest pulls are input records.
   */
  readonly stream?: PulledItems
  /** Size of the public values in bytes; default 64, at most 2^20. */
  readonly publicValuesBytes?: number
  /** Seed of the random words that the guest may ask for; default 0, at most 2^64 - 1. */
  readonly seed?: bigint
  /** Mode `metered`: limits of a segment where they are not the machine's. */
  readonly segmentLimits?: Partial<SegmentLimits>
  /**
   * Mode `shards`: where shards end, in instructions since the guest's start, ascending; one more follows behind the
   * last. Default: the whole run is one shard.
   */
  readonly shardEnds?: readonly number[]
  /** argv of a guest of ABI `linux`. */
  readonly args?: readonly string[]
  /** Environment of a guest of ABI `linux`; default empty. */
  readonly env?: Readonly<Record<string, string>>
  /** Directories of this machine that a guest of ABI `linux` may use (docs/guest-abi.md, "Files"); default none. */
  readonly directories?: readonly GuestDirectory[]
}

/** A saved run brings inputs and everything else along, but for directories. */
export type ResumeFromOptions = ResumeOptions & RunListeners & Pick<ExecuteOptions, 'directories'>

/** What a run was made of, so that it can be made again. */
export interface RunOrigin {
  readonly artifact: Executable
  readonly options: ExecuteOptions
  /** Undefined for artifacts that are not the SDK's own. */
  readonly kin?: ArtifactKin | undefined
}

/** What else can be made of an artifact's guest. */
export interface ArtifactKin {
  /** The receiver of the Rvr. */
  readonly events: EventSink
  /** Where the cache remembers what was found out; undefined where there is none. */
  memoDirectory(): string | undefined
  /** @throws RvrError as `Guest.tiered` does */
  ready(mode: ModeName, signal: AbortSignal | undefined): Promise<Executable>
  /** @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED`, `IO` */
  traceEngine(set: LoadedAirs, signal: AbortSignal | undefined): Promise<TraceEngine>
  /** @throws RvrError as `Guest.verifyingKey` does */
  proving(choice: ProvingChoice): Promise<GuestProving>
}

export interface SegmentStartOptions {
  /** What runs the guest up to the segment; default: the run's own artifact. One of mode `pure` is the fastest. */
  readonly artifact?: Executable
  readonly signal?: AbortSignal
}

/** Which traces of a run are wanted, and what fills them. */
export interface TracesOptions {
  readonly signal?: AbortSignal
  /**
   * `engine`: the trace engine, native code that serves all guests of a machine. `reference`: JavaScript, a few
   * thousand instructions a second. Default: the engine, or the reference where nothing can compile.
   */
  readonly filler?: 'engine' | 'reference'
  /** The same guest in mode `preflight`, which records for the engine; default: whatever the cache has of it. */
  readonly artifact?: Executable
  /** Threads that the engine fills on, 64 at most; default: one for each core. */
  readonly threads?: number
  /** Instructions of a fragment, which one thread fills; default 65,536. Tables do not depend on it. */
  readonly fragment?: number
  /** Place of the one segment that is wanted; default: all, in order. */
  readonly segment?: number
  /** Bytes that the tables of a segment may take; default 2 GiB. */
  readonly maxMemoryBytes?: number
}
