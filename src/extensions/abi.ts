/** The interface of a guest ABI: which host instructions exist, how a guest starts, what each host instruction does. */
import type { Image, MemoryMap, Xlen } from '../elf/image.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'
import type { SetName } from '../isa/sets.ts'
import type { Hart } from '../program/hart.ts'
import type { Extension } from './extension.ts'
import type { AbiOptions, HostEffects, HostKeeper, HostOutcome, HostState, PrintSink } from './host.ts'

export type { AbiOptions, HostEffects, HostKeeper, HostOutcome, HostState, PrintSink } from './host.ts'

export type AbiName = 'openvm' | 'linux' | 'htif'

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
  /** Default: I and M. */
  readonly sets?: readonly SetName[] | undefined
  /** Default: what the ABI has. */
  readonly memory?: MemoryMap | undefined
  /** Default: the extensions that need no parameters. */
  readonly config?: GuestConfig
  /** Modules of the user's own extensions, as file URLs. */
  readonly extensions?: readonly string[]
}

/** What belongs to an ABI beside its extensions. */
export interface GuestSystem<Host = HostState> {
  readonly name: AbiName
  /** Where its guests lie, unless something else is asked for. */
  readonly memory: MemoryMap
  /** The extensions that every guest of the ABI has. */
  readonly base: readonly Extension<Host>[]
  readonly host: HostKeeper<Host>
  /** As the ABI's, told which instruction sets the guest has. */
  start(image: Image, hart: Hart, options: AbiOptions, sets: readonly SetName[]): void
  unknown: GuestAbi['unknown']
  readonly stored?: GuestAbi['stored']
}

export interface GuestAbi {
  readonly name: AbiName
  readonly choice: AbiChoice
  /** What a guest can access. */
  readonly memory: MemoryMap
  /** SHA-256 over everything in the extensions that decides what a guest's library does: 64 hex digits. */
  readonly digest: string
  /** All instructions that a guest may use, the base sets included. */
  readonly extensions: readonly Extension[]
  /** Instructions begin at multiples of it: 2 bytes where the guest has compressed ones. */
  readonly slotBytes: SlotBytes
  readonly host: HostKeeper
  /**
   * Sets the registers and memory that the guest finds at its first instruction (the image is loaded already). Sets
   * `hart.pc`.
   */
  start(image: Image, hart: Hart, options: AbiOptions): void
  /** Executes one host instruction. */
  execute(instr: Instr, hart: Hart, host: HostState, print: PrintSink): HostOutcome
  /** What `execute` would add to the trace; anything where it would trap. */
  effects(instr: Instr, hart: Hart): HostEffects
  /**
   * Behind a store to the word that the first of `memory.watched` names (docs/guest-abi.md, "ABI htif"); undefined
   * where the host looks at none.
   */
  readonly stored?: ((image: Image, hart: Hart, print: PrintSink) => HostOutcome) | undefined
  /** What happens at a word that is no known instruction. */
  unknown(pc: number, word: number, xlen: Xlen): HostOutcome
}
