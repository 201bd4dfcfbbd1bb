/** The interface of a tracer mode: what it counts while a guest runs, and what it adds to the generated C. */
import type { Instr } from '../isa/row.ts'
import type { Block } from '../ir/program.ts'
import type { Machine } from '../machine/machine.ts'

/** Something that native code counts in an argument register: every block accounts for the sum of its instructions' amounts on entry. */
export interface Counter {
  /** C identifier of the argument. */
  readonly name: string
  amount(instr: Instr, machine: Machine): number
}

/** C statements that a mode adds; `indent` is already applied by the caller. */
export interface EmissionHooks {
  /** At the start of each basic block, behind its checks. */
  blockEntered?(block: Block, instrs: readonly Instr[], machine: Machine): readonly string[]
  /** Before each load and store whose address is the C expression `address` (an offset into guest memory). */
  memoryTouched?(access: 'load' | 'store', address: string, width: number): readonly string[]
}

export interface Mode {
  readonly name: string
  /** One line for `--help`. */
  readonly summary: string
  /** Counter 0 is the instruction budget, in every mode: it counts down and serves instret, limits and stops. The others add up from 0. */
  readonly counters: readonly [Counter, ...Counter[]]
  readonly hooks: EmissionHooks
  /** Does the mode report trace cells? */
  readonly reportsCost: boolean
}

/** The instruction budget: every instruction counts one. */
export const instructionCounter: Counter = { name: 'left', amount: () => 1 }
