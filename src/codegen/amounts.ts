/** What instructions account for on a mode's counters. */
import type { Instr } from '../isa/row.ts'
import type { Machine } from '../machine/machine.ts'
import type { Counter } from '../modes/mode.ts'

/** Sum of a counter's amounts over instructions from `from` on. */
export function total(counter: Counter, instrs: readonly Instr[], machine: Machine, from = 0): number {
  let sum = 0
  for (let index = from; index < instrs.length; index++) sum += counter.amount(instrs[index]!, machine)
  return sum
}
