/** What instructions account for on a mode's counters. */
import type { Instr } from '../isa/row.ts'
import type { BlockRows } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import type { Counter } from '../modes/mode.ts'

interface Counted {
  readonly machine: Machine
  readonly blockRows: BlockRows | undefined
}

/**
 * Sum of a counter's amounts over instructions from `from` on. What the row of an autoprecompile counts stands at its
 * last instruction, so it goes with the rest of a block that is left early.
 */
export function total(counter: Counter, instrs: readonly Instr[], { machine, blockRows }: Counted, from = 0): number {
  let sum = 0
  for (let index = from; index < instrs.length; index++) {
    const instr = instrs[index]!
    sum += counter.amount(instr, machine)
    const row = blockRows?.get(instr.pc)
    if (row?.last === instr.pc) sum += counter.behind?.(row) ?? 0
  }
  return sum
}
