/** What crosses between the main thread and a worker for one execution. */
import type { RvrErrorCode } from '../errors.ts'
import type { AbiChoice, HostState } from '../extensions/abi.ts'
import type { Image, MemoryWindow } from '../elf/image.ts'
import type { SlotBytes } from '../isa/row.ts'
import type { Machine } from '../machine/machine.ts'
import type { Demand } from '../modes/collector.ts'
import type { ModeChoice } from '../modes/registry.ts'
import type { Trap } from '../program/trap.ts'
import type { CallDifference } from './call-witness.ts'
import type { StopPlace, Stops } from './stops.ts'
import type { TracedStep } from './trace.ts'

/** Where the guest's memory and registers live. */
export type Place = NativePlace | InterpretedPlace

/** A library that this process has opened. */
export interface LibraryName {
  /** The name to load it by. */
  readonly library: string
  /** Name of the mode, where the library is a native interpreter. */
  readonly interprets?: string | undefined
}

/** In a native library's instance. */
export interface NativePlace extends LibraryName {
  readonly engine: 'native'
  /** The number that this memory alone has (instances.ts). */
  readonly instance: number
  /** The address of guest memory, and which addresses of the guest it has. */
  readonly memory: bigint
  readonly window: MemoryWindow
  readonly slots: number
  readonly slotBytes: SlotBytes
  /** Address of the first slot. */
  readonly base: number
  /** Bytes of the mode's area; 0: none. */
  readonly areaBytes: number
  /** Native code never gets more budget than it needs to get anywhere. */
  readonly leastBudget?: true | undefined
}

/** In an instance without code, run by the interpreter alone. */
export interface InterpretedPlace {
  readonly engine: 'interp'
  readonly instance: number
  readonly memory: bigint
  readonly window: MemoryWindow
  /** Bytes of the mode's area; 0: none. */
  readonly areaBytes: number
}

export interface Job {
  readonly id: number
  readonly place: Place
  /** Key of the guest, key of what its ABI is made from, digest of its machine: what the worker has been told. */
  readonly guest: string
  readonly abi: string
  readonly machine: string
  readonly mode: ModeChoice
  /** What the mode's ledger ordered. */
  readonly order: unknown
  readonly pc: number
  /** Instructions retired before it, since the guest's start. */
  readonly instret: bigint
  /** Has the guest come to `pc` from the start of the autoprecompile's block around it? */
  readonly isInside: boolean
  readonly host: HostState
  /** Stop after exactly this many instructions, counted from this job's start. */
  readonly maxInstructions: bigint | undefined
  /** Stop before the first block that would make this job cost more trace cells. */
  readonly maxCost: bigint | undefined
  /** Wall-clock milliseconds from the job's start. */
  readonly timeoutMs: number | undefined
  /** Its owner may ask it to stop and be suspended (`SUSPEND`). */
  readonly suspends?: boolean
  /** Words that both threads see (control.ts). */
  readonly control: SharedArrayBuffer
  /** Interpreted guests: compares each call of an extension with the C of this library. */
  readonly witness?: LibraryName | undefined
  /** Every instruction is executed by the interpreter and listed in the result. */
  readonly trace?: boolean
  /** Where a debugged guest stops. */
  readonly stops?: Stops | undefined
  /** A guest whose faster engine is being made. */
  readonly move?: MoveOrder | undefined
}

/** A `MessagePort` of Node's, in words of the language: the types of rvr need no types of Node. */
export interface MovePort {
  postMessage(message: unknown): void
  close(): void
}

/** Where and when a guest goes on in a faster engine. */
export interface MoveOrder {
  /** Brings a `MoveTarget` for each. */
  readonly port: MovePort
  /**
   * Move after exactly this many instructions of the job and wait for the first target there; otherwise as soon as
   * there is one.
   */
  readonly after: bigint | undefined
}

/** The place to go on in; undefined when there will be none. */
export type MoveTarget = { readonly index: number; readonly place: NativePlace } | undefined

/** Messages to a worker. What all jobs of a guest share travels once, and stays until it is to be forgotten. */
export type ToWorker =
  | { readonly type: 'abi'; readonly digest: string; readonly choice: AbiChoice }
  | { readonly type: 'image'; readonly digest: string; readonly image: Image }
  | { readonly type: 'machine'; readonly digest: string; readonly machine: Machine }
  | { readonly type: 'forget'; readonly digest: string }
  | { readonly type: 'job'; readonly job: Job }

/**
 * `memory`: the mode has collected as much as it may. `pull`: the guest pulls an item that its host has to provide.
 * `request`: the signal `suspend` fired. `difference`: a checked run, at a call of an extension whose C does not do
 * what its reference semantics do. `breakpoint`, `watchpoint`: a debugged run.
 */
export type StopCause =
  | 'instructions'
  | 'cost'
  | 'segment'
  | 'memory'
  | 'pull'
  | 'timeout'
  | 'request'
  | 'abort'
  | 'difference'
  | 'breakpoint'
  | 'watchpoint'

export type JobEnd =
  | { readonly outcome: 'terminated'; readonly exitCode: number }
  | { readonly outcome: 'suspended'; readonly cause: StopCause }
  | { readonly outcome: 'trapped'; readonly trap: Trap }

export interface JobResult {
  readonly end: JobEnd
  readonly pc: number
  /** Has the guest come to `pc` from the start of the autoprecompile's block around it? */
  readonly isInside: boolean
  readonly host: HostState
  /** Instructions retired by this job. */
  readonly instructions: bigint
  /** Trace cells of this job; 0 in modes without cost. */
  readonly cost: bigint
  readonly executeMs: number
  /** For the mode's ledger. */
  readonly collected: unknown
  readonly demand?: Demand | undefined
  /** Instructions that the reference interpreter executed before anything faster was there. */
  readonly interpreted: bigint
  /** Instructions that the native interpreter executed. */
  readonly interpretedNatively: bigint
  /** Instructions of this job at which native code handed back for the last time; absent where it never ran. */
  readonly nativeUntil?: bigint | undefined
  /** The run stands in front of this call. */
  readonly difference?: CallDifference | undefined
  /** Where `Job.stops` stopped it, or would have stopped it last. */
  readonly stopPlace?: StopPlace | undefined
  /** What a traced job executed. */
  readonly trace?: readonly TracedStep[] | undefined
  /** The guest now lives in the place that the port brought under this index. */
  readonly moved: number | undefined
}

export type FromWorker =
  /** A job with a deadline, which counts from here, or one that may move or be suspended has begun. */
  | { readonly type: 'started'; readonly id: number }
  /** The answer to `PEEK`: instructions that the job has executed so far. */
  | { readonly type: 'progress'; readonly id: number; readonly instructions: bigint }
  | { readonly type: 'print'; readonly id: number; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly type: 'result'; readonly id: number; readonly result: JobResult }
  | { readonly type: 'failed'; readonly id: number; readonly error: FailureText }

/** What a worker throws, as far as it can cross threads. */
export interface FailureText {
  /** Undefined for what is no RvrError. */
  readonly code: RvrErrorCode | undefined
  readonly message: string
  readonly hint: string | undefined
  /** What was thrown, or what that was caused by. */
  readonly cause: unknown
}
