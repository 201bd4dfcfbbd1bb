/** The interface of a guest ABI: which host instructions exist, how a guest starts, what each host instruction does. */
import type { Image } from '../elf/image.ts'
import type { Instr } from '../isa/row.ts'
import type { Hart } from '../program/hart.ts'
import type { Trap } from '../program/trap.ts'
import type { Extension } from './extension.ts'

export type AbiName = 'openvm' | 'linux'

/**
 * Everything of a run that lives outside registers and memory: plain data, so that it can cross threads (structured
 * clone) and be saved. An ABI uses the fields it needs.
 */
export interface HostState {
  /**
   * Input records in order, from `nextInput` on not yet consumed. In ABI `linux` their concatenation is standard input.
   */
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
  /** Seed and number of 64-bit words drawn so far (HintRandom, getrandom). */
  random: { readonly seed: bigint; drawn: bigint }
  /** Program break, its initial value, and the next standard-input byte (ABI `linux`). */
  linux: { brk: number; brkStart: number; stdinPosition: number }
}

/** How a host instruction ended. The caller advances pc by 4 on `continue`; on `trap` nothing has changed. */
export type HostOutcome =
  /** `untraced`: it may have written memory that `effects` does not tell of, because no proof covers it. */
  | { readonly type: 'continue'; readonly untraced?: true }
  | { readonly type: 'terminate'; readonly exitCode: number }
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
  /** Size of the public values in bytes; default 64. */
  readonly publicValuesBytes?: number
  /** Seed of the host's random generator; default 0. */
  readonly seed?: bigint
  /** argv of a `linux` guest; default the guest's name alone. */
  readonly args?: readonly string[]
}

/** A guest's configuration: what the tables below `app_vm_config` of its `openvm.toml` hold. */
export interface GuestConfig {
  /** Names the configuration in errors: its path. */
  readonly origin: string
  /** Plain data. */
  readonly tables: Readonly<Record<string, unknown>>
}

/** What a guest ABI is made from: plain data, so that another thread can make the same one. */
export interface AbiChoice {
  readonly name: AbiName
  /** Default: the extensions that need no parameters. */
  readonly config?: GuestConfig
  /** Modules of the user's own extensions, as file URLs. */
  readonly extensions?: readonly string[]
}

/** What belongs to an ABI beside its extensions. */
export interface GuestSystem {
  readonly name: AbiName
  /** The extensions that every guest of the ABI has. */
  readonly base: readonly Extension[]
  createState: GuestAbi['createState']
  start: GuestAbi['start']
  unknown: GuestAbi['unknown']
}

export interface GuestAbi {
  readonly name: AbiName
  readonly choice: AbiChoice
  /** SHA-256 over everything in the extensions that decides what a guest's library does: 64 hex digits. */
  readonly digest: string
  /** All instructions that a guest may use, the base sets included. */
  readonly extensions: readonly Extension[]
  /** A fresh host state. */
  createState(image: Image, options: AbiOptions): HostState
  /**
   * Sets the registers and memory that the guest finds at its first instruction (the image is loaded already). Sets
   * `hart.pc`.
   */
  start(image: Image, hart: Hart, options: AbiOptions): void
  /** Executes one host instruction. */
  execute(instr: Instr, hart: Hart, host: HostState, print: PrintSink): HostOutcome
  /** What `execute` would add to the trace; anything where it would trap. */
  effects(instr: Instr, hart: Hart): HostEffects
  /** What happens at a word that is no known instruction. */
  unknown(pc: number, word: number): HostOutcome
}
