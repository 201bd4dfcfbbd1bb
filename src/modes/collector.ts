/** What a mode does on the thread that runs a guest: watches the interpreter, takes what native code counted. */
import type { Image } from '../elf/image.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'
import type { AreaPlace } from '../layout/area.ts'
import type { BlockRows } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import type { TouchedLeaves } from '../machine/segment.ts'
import type { Hart } from '../program/hart.ts'
import type { CodeAndMemory } from '../program/stops.ts'
import type { SpanStarts } from '../program/span-starts.ts'

/** A native instance as its mode's C knows it. */
export interface NativeSide {
  /** Address of the first instruction slot, and how many there are. */
  readonly base: number
  readonly slots: number
  /** Calls `void name(char *m)` of the mode's C. */
  perform(name: string): void
  /**
   * One bit for each slot and one behind them, as `const uint64_t *name(void)` of the mode's C gives them; undefined
   * where the code is that of a native interpreter, which knows no guest.
   */
  bitmap(name: string): Uint8Array | undefined
}

/** Where a guest lives. */
export interface Site {
  readonly area: AreaPlace | undefined
  /** Undefined where the interpreter runs alone. */
  readonly native: NativeSide | undefined
}

/** Hears what the interpreter executes. */
export interface Watcher {
  /** Modes that are asked before each span of straight-line code (program/span.ts). */
  readonly spans?: SpanWatcher
  /** One instruction retired, at `pc`; undefined for a word that is none. `rows`: what it adds to its own chip. */
  retired(instr: Instr | undefined, pc: number, rows: number): void
  /** Bytes of an address space (layout/meter.ts) are about to be read or written. */
  touched?(space: number, address: number, length: number): void
  /** A host instruction may have written memory that it does not tell of. */
  hostWrote?(): void
  /** Modes that look at what instructions find in memory. */
  readonly contents?: ContentWatcher
}

/** Hears of accesses while memory holds what it held before the instruction. */
export interface ContentWatcher {
  /** A load or store is about to access memory; it does not trap. */
  access(address: number, width: number): void
  /**
   * A call or a host instruction is next, which may still trap or end the guest: what it touches then, in the order of
   * its operands, and the public values as they are.
   */
  before(instr: Instr, touches: readonly Touch[], publicValues: Uint8Array): void
  /** It has been executed, and the guest goes on. */
  behind(instr: Instr, rows: number): void
}

/** Bytes of an address space (layout/meter.ts). */
export interface Touch {
  readonly space: number
  readonly address: number
  readonly length: number
}

export interface SpanWatcher {
  /** Does a span start at `pc`? */
  startsSpan(pc: number): boolean
  /** No span is longer, wherever it is entered. */
  readonly longestSpan: number
  /** `count` instructions of a span come next. False: stop in front of them. */
  enter(count: number): boolean
}

/** How native code has handed back. */
export interface HandBack {
  /** Instructions that it might have executed. */
  readonly budget: bigint
  /** The interpreter has to execute the next instruction. */
  readonly isStep: boolean
  /** It came there by a jump to a place that is no entry; known of guests with autoprecompiles alone. */
  readonly isAstray: boolean
}

/** What native code has done between two hand-backs. */
export interface NativeUse {
  /** Instructions executed. */
  readonly used: bigint
  /** The mode wants to stop here. */
  readonly paused: boolean
}

/** What a mode asks of the session when a job has ended. */
export type Demand =
  /**
   * The counts are those of a place that the guest has passed: registers, memory and host state have to become what
   * they were there. They are those after `executed` instructions since the guest's start; `touched` are the leaves
   * of guest memory that were touched since, undefined where any may have been.
   */
  | { readonly kind: 'go-back'; readonly executed: number; readonly touched: TouchedLeaves | undefined }
  /** The counts are of no use any more: those of a careful run of the same guest have to take their place. */
  | { readonly kind: 'start-over' }

export interface CollectorReport {
  /** For the ledger: plain data that can cross threads. */
  readonly collected: unknown
  readonly demand?: Demand | undefined
  /** Where the guest stands now: see `CollectorContext`. Default: no. */
  readonly isInside?: boolean
}

/** What a mode keeps during one job. */
export interface Collector {
  /**
   * From now on the guest lives at `site`, with its registers and memory in `hart`: before anything else, and again
   * when it has moved.
   */
  attach(site: Site, hart: Hart): void
  /** What the interpreter has to tell at this site, if anything. */
  readonly watcher: Watcher | undefined
  /** The least budget with which native code gets anywhere, when `floor` is what its regions need. */
  leastBudget(floor: bigint): bigint
  /** Sets the counters (`Mode.counters`) for native code that may execute `budget` instructions. */
  enter(counters: BigInt64Array, budget: bigint): void
  /**
   * The driver loop has its turn: nothing runs, and registers and pc are those of the guest. Before anything else, and
   * between any two stretches of native code or of the interpreter.
   */
  turn?(): void
  /** Nobody may execute more instructions before the next turn; asked at each turn, above 0. Default: no limit. */
  untilTurn?(): bigint
  /** The mode has collected as much as one job may: asked at each turn, and behind each interpreted instruction. */
  isFull?(): boolean
  /** Debugged runs: does native code hand back wherever it may have to stop (`CollectorContext.stops`)? Default: no. */
  stopsNatively?(): boolean
  /** Native code has handed back: registers and pc are those of the guest. */
  leave(counters: BigInt64Array, how: HandBack): NativeUse
  /** Trace cells of this job; 0 in modes without cost. */
  cells(): bigint
  /** Has what the guest prints now not been printed before? */
  printsAnew(): boolean
  /**
   * The guest leaves its site, or the job ends: counts go where the next one finds them. Returns how many instructions
   * the guest has executed behind the place that they are of, 0 as a rule.
   */
  detach(): number
  /** Of the whole job. */
  report(): CollectorReport
}

/** What a collector may know. */
export interface CollectorContext {
  readonly image: Image
  /** Bytes of a slot of the guest. */
  readonly slotBytes: SlotBytes
  readonly machine: Machine
  /** What the session's ledger ordered for this job. */
  readonly order: unknown
  /** Rows of the machine's autoprecompiles; undefined where it has none. */
  readonly blockRows: BlockRows | undefined
  /** Has the guest come to where it is from the start of the autoprecompile's block around it? */
  readonly isInside: boolean
  /** Where a debugged run stops. */
  readonly stops?: CodeAndMemory | undefined
  /** Where the guest's spans of at most `longest` instructions start. Takes a while for large guests. */
  spans(longest: number): SpanStarts
}
