/** Which chip an executed instruction adds rows to. */
import type { Instr } from '../isa/row.ts'
import { operationOf, type Machine } from './machine.ts'

/** Index of the instruction's chip in `machine.chips`; undefined for TERMINATE, which has none. */
export function chipOf(machine: Machine, instr: Instr): number | undefined {
  if (instr.row.name === 'terminate') return undefined
  return machine.chipIndex.get(operationOf(instr)) ?? machine.chipIndex.get('nop')
}
