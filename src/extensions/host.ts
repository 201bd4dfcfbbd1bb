/** The host's side of a guest: what it keeps outside of registers and memory, and what host instructions may do. */
import type { Image, MemoryWindow } from '../elf/image.ts'
import type { Trap } from '../program/trap.ts'
import type { Directory } from './linux/files/directories.ts'
import type { RandomState } from './random.ts'

/**
 * Everything of a run that lives outside registers and memory: plain data, so that it can cross threads (structured
 * clone). It belongs to the guest's system, which makes, saves and restores it (`HostKeeper`), and to the handlers of
 * its extensions: this is what those of ABI `openvm` see.
 */
export interface HostState {
  /** Input records in order, from `nextInput` on not yet consumed. */
  inputs: Uint8Array[]
  /** Default 0. Records in front of it are dropped now and then, and whenever the guest stops. */
  nextInput?: number
  /** The current hint stream and the next byte to read from it. */
  hints: Uint8Array
  hintPosition: number
  /**
   * Random bytes of the hint stream behind `hints` that have not been drawn yet, and the 64-bit word that they begin
   * with.
   */
  hintsToDraw?: { readonly bytes: number; readonly from: bigint }
  publicValues: Uint8Array
  /** Items that the guest pulls; without it all that it asks for are inputs. */
  stream?: ItemStream
  /** Seed and number of 64-bit words drawn so far (HintRandom). */
  random: RandomState
}

/** Items that a guest pulls, in frames (io/pull.ts). */
export interface ItemStream {
  /** In the order in which they are pulled; from `next` on not yet consumed. */
  frames: Uint8Array[]
  next: number
  /** Behind the last frame: the guest waits for its host to add the item it pulls. Otherwise it traps. */
  awaits: boolean
}

/** What a resumed run has beside what was saved. */
export interface GivenAgain extends Pick<AbiOptions, 'directories'> {
  /** Default: that of guests for which nothing else was chosen. */
  readonly memory?: MemoryWindow | undefined
}

/** What a system does with its host state, beside its handlers. */
export interface HostKeeper<Host = HostState> {
  /** A fresh host state. */
  create(image: Image, options: AbiOptions): Host
  /** What the guest has published; empty in ABIs without public values. */
  publicValues(host: Host): Uint8Array
  /** Drops what the guest has consumed: it needs not travel. */
  trim(host: Host): void
  /** Data that JSON can say; byte strings are in it as the numbers that `keep` gives them. */
  save(host: Host, keep: (bytes: Uint8Array) => number): unknown
  /**
   * The state that was saved. `given`: what no file says, because whoever resumes a run decides it.
   *
   * @throws Error where `saved` is no such data or contradicts itself, or there is no byte string of a number
   */
  restore(saved: unknown, bytes: (index: number) => Uint8Array, given?: GivenAgain): Host
  /** Closes what the host has open for the guest in this thread: the job is at its end. */
  release?(host: Host): void
  /** What the guest's caller should hear of, in order: what came first stays first. */
  warnings?(host: Host): readonly string[]
}

/** How a host instruction ended. The caller advances pc by 4 on `continue`; on `trap` nothing has changed. */
export type HostOutcome =
  /** `untraced`: it may have written memory that `effects` does not tell of, because no proof covers it. */
  | { readonly type: 'continue'; readonly untraced?: true }
  | { readonly type: 'terminate'; readonly exitCode: number }
  /** Nothing has changed: the host has to provide the item that the guest pulls. */
  | { readonly type: 'await' }
  | { readonly type: 'trap'; readonly trap: Trap }

/** What a host instruction adds to the trace, told before it is executed. */
export interface HostEffects {
  /** Rows of the instruction's own chip, 1 … 1024. */
  readonly rows: number
  /** Bytes of an address space (layout/meter.ts) that it reads or writes by rows of the trace. */
  readonly touched?: { readonly space: number; readonly address: number; readonly length: number }
}

/**
 * What the host does with text that a guest prints. The bytes may be guest memory, which goes on changing when the call
 * has returned.
 */
export type PrintSink = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void

export interface AbiOptions {
  readonly inputs: readonly Uint8Array[]
  /** Items that the guest pulls; `awaits`: those behind them are asked for one by one. ABI `openvm`. */
  readonly stream?: { readonly frames: readonly Uint8Array[]; readonly awaits?: boolean }
  /** Size of the public values in bytes; default 64. */
  readonly publicValuesBytes?: number
  /** Seed of the host's random generator; default 0. */
  readonly seed?: bigint
  /** argv of a `linux` guest; default the guest's name alone. */
  readonly args?: readonly string[]
  /** Environment of a `linux` guest; default empty. */
  readonly env?: Readonly<Record<string, string>>
  /** Directories of this machine that a `linux` guest may use. */
  readonly directories?: readonly Directory[]
}
