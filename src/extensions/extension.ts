/** The interface of a guest extension: its instructions, their C and reference semantics, what they cost. */
import type { AirList } from '../air/listed.ts'
import type { Xlen } from '../elf/image.ts'
import type { Hart } from '../program/hart.ts'
import type { Instr, Row } from '../isa/row.ts'
import type { AddedChip } from '../machine/chips.ts'
import type { HostEffects, HostOutcome, HostState, PrintSink } from './host.ts'

/** Executes one host instruction. All checks come before the first effect: a trapping instruction changes nothing. */
export type Handler<Host = HostState> = (instr: Instr, hart: Hart, host: Host, print: PrintSink) => HostOutcome

/** What a host instruction adds to the trace, where that is not one row without memory. */
export type EffectsHandler = (instr: Instr, hart: Hart) => HostEffects

/** A file of the generated project. */
export interface ExtensionFile {
  /** Path in the project, without directories: `keccakf.c`. `.c` files are compiled, others can be included. */
  readonly path: string
  readonly content: string
}

/**
 * A chip that the extension's instructions add rows to, for machines that do not know these operations: names of
 * instructions and of `extraRows`.
 */
export type ExtensionChip = AddedChip

/** One extension as a guest uses it. */
export interface Extension<Host = HostState> {
  readonly name: string
  readonly rows: readonly Row[]
  /** For rows of kind `host`, by instruction name. */
  readonly handlers?: Readonly<Record<string, Handler<Host>>>
  readonly effects?: Readonly<Record<string, EffectsHandler>>
  /** C that call rows name in `files`; only what the guest's instructions need goes into its library. */
  readonly files?: readonly ExtensionFile[]
  /**
   * C sources and static libraries where they lie (absolute paths): given to make as EXT_SRCS and EXT_LIBS, with their
   * contents in the cache keys.
   */
  readonly sources?: readonly string[]
  /**
   * Files that the sources include, beside those of the system and `files`: their contents are in the cache keys too.
   */
  readonly headers?: readonly string[]
  readonly libraries?: readonly string[]
  readonly chips?: readonly ExtensionChip[]
  /** AIRs of these chips, by register width (docs/air.md, "Extensions"). Runs that need another chip have no traces. */
  readonly airs?: Readonly<Partial<Record<Xlen, AirList>>>
  /**
   * Tables of constant height, by chip, that have to be at least so high where a machine gets the extension's chips.
   */
  readonly constantHeights?: Readonly<Record<string, number>>
}

/** How an extension is turned on: by tables of the guest's configuration (`openvm.toml`, `app_vm_config`). */
export interface ExtensionDefinition {
  readonly name: string
  /** Names of tables in `app_vm_config`; the first one present counts. Default: the extension's name. */
  readonly tables?: readonly string[]
  /** The table's content where a guest has no configuration at all; without it the extension is off then. */
  readonly implied?: unknown
  /**
   * @param table content of the configuration's table, plain data
   * @throws RvrError `CONFIG_INVALID` naming the field (configError)
   */
  create(table: unknown): Extension
}
