/** A lifted guest: its instruction slots, basic blocks and the regions that become C functions. */
import type { Image, Xlen } from '../elf/image.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'

/** Instructions by slot, in an array or decoded anew each time they are asked for. */
export interface InstrList {
  readonly length: number
  /** Undefined where there is none. `slot` is not negative. */
  at(slot: number): Instr | undefined
}

/** What is compiled of a guest: a `Program`, or one that nobody keeps the instructions of. */
export interface Code {
  readonly image: Image
  /** Address of slot 0. */
  readonly base: number
  readonly slotBytes: SlotBytes
  readonly instrs: InstrList
}

/**
 * The instruction slots that are compiled: one contiguous run of `slotBytes` each. Slot i is at `base + slotBytes·i`;
 * `instrs[i]` is undefined where no known instruction begins, and where there is data: the interpreter decides what
 * happens there. No two instructions share a slot.
 */
export interface Program {
  readonly image: Image
  readonly xlen: Xlen
  readonly base: number
  readonly slotBytes: SlotBytes
  readonly instrs: readonly (Instr | undefined)[]
}

/**
 * How a basic block ends. Block numbers index `Graph.blocks`; undefined targets are addresses that are no slot of the
 * program. `indirect`: `target` is set where the block itself builds the address (auipc and jalr). `host`: the
 * instruction at `pc` (a host instruction, an unknown word, or the end of the program) is left to the interpreter.
 */
export type Terminator =
  | {
      readonly kind: 'branch'
      readonly instr: Instr
      readonly taken: number | undefined
      readonly next: number | undefined
    }
  | { readonly kind: 'jump'; readonly instr: Instr; readonly target: number | undefined }
  | { readonly kind: 'indirect'; readonly instr: Instr; readonly target?: number }
  | { readonly kind: 'fall'; readonly next: number | undefined }
  | { readonly kind: 'host'; readonly pc: number }

/**
 * A basic block: `count` instructions from slot `first`, the transfer instruction included, a host instruction
 * excluded.
 */
export interface Block {
  readonly id: number
  readonly pc: number
  readonly first: number
  readonly count: number
  /** The slot behind the last of them. */
  readonly behind: number
  /** Instructions from here to the end of the span (span.ts). Host instructions and calls cut a span into blocks. */
  readonly rest: number
  readonly end: Terminator
}

export interface Graph {
  readonly program: Program
  /** In address order. */
  readonly blocks: readonly Block[]
  /** 1 for each block that is entered from elsewhere than its own region. */
  readonly isRoot: Uint8Array
  /** 1 for each slot where a span begins, one behind the last slot included. */
  readonly spanStarts: Uint8Array
}

/**
 * A single-entry piece of control flow that becomes one C function. `main` regions start at roots; a `resume` region
 * starts at a loop header inside a main region and is entered only when a stopped run goes on there.
 */
export interface Region {
  readonly kind: 'main' | 'resume'
  /** Blocks in emission order, the entry first. */
  readonly blocks: readonly number[]
  /** Loop headers among the blocks: the targets of back edges. */
  readonly headers: ReadonlySet<number>
}
