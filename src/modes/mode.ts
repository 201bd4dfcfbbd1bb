/** The interface of a tracer mode: what it counts while a guest runs, and what it adds to the generated C. */
import type { Instr } from '../isa/row.ts'
import type { BlockRow, BlockRows } from '../machine/block-rows.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'
import type { Graph } from '../program/program.ts'
import type { Collector, CollectorContext } from './collector.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import type { ModeOption } from './options.ts'

/**
 * Something that native code counts in an argument register: every block accounts for the sum of its instructions'
 * amounts on entry.
 */
export interface Counter {
  /** C identifier of the argument. */
  readonly name: string
  /** `rows`: what a host instruction adds to its own chip; default 1, as in native code. */
  amount(instr: Instr, machine: Machine, rows?: number): number
  /** What it counts behind the last instruction of an autoprecompile's block; default: nothing. */
  behind?(row: BlockRow): number
}

/**
 * Loads and stores of one stretch of a basic block whose addresses are one register, as it is where the group stands,
 * plus constants.
 */
export interface AccessGroup {
  /** The register's C expression, of type `reg`; all addresses have been checked. */
  readonly base: string
  readonly isStackPointer: boolean
  readonly accesses: readonly { readonly offset: number; readonly width: number }[]
}

/**
 * Loads and stores of a loop whose addresses are `base` plus constants in its first iteration and `stride` more in each
 * one behind that.
 */
export interface AccessSeries extends AccessGroup {
  /** Bytes; a C expression, of type reg and positive, where a register holds it. */
  readonly stride: number | string
}

/** How a mode counts several iterations of a loop at once. `times`, how many, is a C expression of type reg. */
export interface LoopEmission {
  /**
   * How many iterations of `amount` each pass before the next test may find something to do: a C expression of type
   * reg.
   */
  reach(amount: number): string
  /** Instead of `blockEntered` in each iteration. */
  entered(instrs: readonly Instr[], times: string): readonly string[]
  /** Instead of `memoryTouched` in each iteration; `times` is not 0. */
  touched(series: AccessSeries, times: string): readonly string[]
}

/** A load or store by itself. */
export interface SingleAccess {
  /** C expression of how far into guest memory, which may be said more than once. */
  readonly address: string
  readonly width: number
  /** Is the address known to be a multiple of `width`? */
  readonly isAligned: boolean
  /** Is it known to be that of an aligned access before it in the same stretch of code that nothing interrupts? */
  readonly isRepeated: boolean
  /** Has the mode heard of it in front of the loop that it is in (`accessedInSeries`)? */
  readonly isTold: boolean
  /** Has it heard of the instructions of all iterations there (`iterated`)? */
  readonly isIterated: boolean
  readonly instr: Instr
}

/** The aligned load or store of a loop in so many iterations; C expressions of type uint64_t. */
export interface SeriesAccess {
  readonly address: string
  /** From one iteration to the next: a number, or positive where a register holds it. */
  readonly stride: number | string
  /** May be 0. */
  readonly times: string
  readonly instr: Instr
}

/** What a call of an extension reads or writes: C expressions, of type uint64_t. */
export interface CallRange {
  readonly address: string
  readonly length: string
}

/** How a mode that looks at every access takes calls of extensions. */
export interface CallEmission {
  /** C condition under which the call is left to the interpreter, behind the checks of its ranges. */
  leaves(ranges: readonly CallRange[]): string
  /** Behind the call, where registers still have the values that it saw. */
  executed(instr: Instr, ranges: readonly CallRange[]): readonly string[]
}

/** Control leaves a block, by its last instruction or behind it. */
export interface Transferred {
  /** The block's last instruction. */
  readonly instr: Instr
  /** Where control goes on, a slot of the program: its address, or C expressions of address and slot. */
  readonly target: number | { readonly address: string; readonly slot: string }
  /** C expression of what x2 holds there, of type reg. */
  readonly stackPointer: string
}

/** The instruction at hand in a native interpreter: C expressions. */
export interface InstrAtHand {
  readonly pc: string
  /** Address of the one behind it. */
  readonly behind: string
  readonly rd: string
  readonly rs1: string
  readonly imm: string
}

/** A further argument of every region. */
export interface Parameter {
  readonly type: string
  readonly name: string
  /** C expression of its value when native code is entered. */
  readonly initial: string
  /** It travels as guest registers do, and takes the place of one; otherwise in vector registers. */
  readonly general?: true
}

/** What a mode adds to one project; every hook returns C statements. */
export interface Emission {
  readonly parameters: readonly Parameter[]
  /**
   * Modes of pace `own-test`: replaces the stop tests. Stands at the start of every basic block, may go to `stop`, and
   * takes the block's `amount` off counter 0. `rest`: what all instructions take from here to the end of the span
   * (program/span.ts), blocks that follow included. In a native interpreter both are one C expression.
   */
  blockTest?(amount: number | string, rest: number | string, stop: string): readonly string[]
  /** Modes with a test of their own count iterations at once by these; loops are left as they are without. */
  readonly loops?: LoopEmission
  /**
   * C condition under which native code hands back in front of the block of this first instruction; a native
   * interpreter asks for each instruction. It does not change while native code runs.
   */
  leavesBlock?(first: Instr): string
  /** At the start of each basic block, behind its tests and checks. */
  blockEntered?(instrs: readonly Instr[]): readonly string[]
  /** In place of `blockEntered` in each of so many iterations of a loop (a C expression of type reg). */
  iterated?(instrs: readonly Instr[], times: string): readonly string[]
  /**
   * In front of each instruction, and of what may leave it to the interpreter; behind `blockEntered`, in a native
   * interpreter before it. `before`: the one in front of it in its block, if there is one.
   */
  executed?(instr: Instr, before: Instr | undefined): readonly string[]
  /** In front of each transfer of control that native code executes. In a native interpreter: jal and jalr alone. */
  transferred?(transfer: Transferred): readonly string[]
  /** Must the mode hear of each transfer in a loop with these blocks? Then the loop is written as it is. */
  followsLoop?(blocks: readonly (readonly Instr[])[]): boolean
  /** Takes back what `blockEntered` did for instructions that will not run. */
  refund?(instrs: readonly Instr[]): string
  /** Before the first access of the group. */
  memoryTouched?(group: AccessGroup): readonly string[]
  /** In front of every single load and store, behind its address check, in program order. */
  accessed?(access: SingleAccess): readonly string[]
  /** In front of iterations that nothing interrupts, of a loop that has no other load or store. */
  accessedInSeries?(access: SeriesAccess): readonly string[]
  /** Calls of extensions are left to the interpreter, which tells what they touch. */
  readonly leavesCalls?: true
  /** Behind a call that has read or written `length` bytes at `address` (C expressions). */
  rangeTouched?(address: string, length: string): readonly string[]
  readonly calls?: CallEmission
  /** When native code hands back, the parameters in scope. */
  leaving?: readonly string[]
  /** Declarations in guest.h in front of the region type. */
  readonly header?: string
  /** One of `files`, included at the end of guest.h. */
  readonly include?: string
  readonly files?: readonly { readonly path: string; readonly content: string }[]
  /**
   * Runs come back in the middle of loops as a matter of course, so what they go on in is compiled like everything
   * else.
   */
  readonly resumesOften?: boolean
  /** The C says numbers of instruction slots, which move when the guest is edited. */
  readonly saysSlots?: true
}

/** What an emission may depend on. */
export interface EmissionTarget {
  readonly graph: Graph
  readonly machine: Machine
  /** Rows of the machine's autoprecompiles, each of which lies within one basic block. */
  readonly blockRows?: BlockRows | undefined
  /** Widest vector that the target passes in registers. */
  readonly vectorBytes: 16 | 32
  /**
   * C expression of an instruction's slot. In a native interpreter, whose `graph` has one instruction of each kind and
   * no blocks, that is the slot of the one at hand.
   */
  slot(instr: Instr): string
  /** In a native interpreter alone. */
  readonly atHand?: InstrAtHand | undefined
  /** C expression of an instruction's address divided by the bytes of a slot. */
  address(instr: Instr): string
  /** C expression of the registers that instructions read or write, a bit each; bit 0 says nothing. */
  registers(instrs: readonly Instr[]): string
}

/**
 * What native code is stopped by. `budget`: stop tests compare counter 0, the instruction budget, with the floor.
 * `own-test`: every basic block has the mode's test (`Emission.blockTest`), which counter 0 belongs to.
 */
export type Pace = 'budget' | 'own-test'

/** Memory of the mode's own, all zero when a guest is placed beside it. */
export interface ModeArea {
  /** Bytes in front of the dispatch table of a native instance of a guest with so many slots, whole pages. */
  native(slots: number, machine: Machine): number
  /**
   * Bytes of shared memory for an interpreted guest; 0 where the interpreter needs none. They come along when the guest
   * moves into native code.
   */
  interpreted(machine: Machine): number
  /** What is in it need not come along when the guest moves. */
  readonly stays?: true
  /** What the mode reports are views of it. */
  readonly isShown?: true
}

export interface Mode<Name extends string = string> {
  readonly name: Name
  /** One line for `--help`. */
  readonly summary: string
  /** Counter 0 counts down, in every mode: native code comes back before it is used up. The others add up from 0. */
  readonly counters: readonly [Counter, ...Counter[]]
  readonly pace: Pace
  emission?(target: EmissionTarget): Emission
  readonly area?: ModeArea
  /** Does the mode report trace cells? */
  readonly reportsCost: boolean
  /** What it records becomes rows of the machine's chips. */
  readonly recordsRows?: true
  /** Options of runs that it takes, of those that not every mode does. */
  readonly options?: readonly ModeOption[]
  /** Does the interpreter, or native code, stop wherever a debugger wants? It only counts instructions then. */
  readonly isDebuggable?: true
  /** Collectors may ask to go back or to start over (`Demand`), so a run remembers how it began. */
  readonly goesBack?: true
  /** What it keeps by address is of the memory that machines know: guests with other memory cannot be run in it. */
  readonly ofMachineMemory?: true
  /** On the thread that runs the guest, for each job; default: counts (counting.ts). */
  collector?(context: CollectorContext): Collector
  /** On the main thread, for each run; default: the counters' totals. */
  ledger?(context: LedgerContext): Ledger
}

/** The instruction budget: every instruction counts one. */
export const instructionCounter: Counter = { name: 'left', amount: () => 1 }
/** Trace cells: the cost of a run, in modes that count it so. */
export const cellCounter: Counter = {
  name: 'cells',
  amount: (instr, machine, rows) => cellsOf(machine, instr, rows),
  behind: ({ cells }) => cells,
}

/** The test that stands in every basic block, in modes that have one of their own. */
export function ownTest({ name, pace }: Mode, { blockTest }: Emission): Emission['blockTest'] {
  if (pace === 'budget') return undefined
  if (blockTest === undefined) throw new Error(`mode ${name} has a pace of its own and no test`)
  return blockTest
}
