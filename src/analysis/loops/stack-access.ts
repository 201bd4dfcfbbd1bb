/** Loads and stores relative to the stack pointer. */
import { STACK_POINTER } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'

export const isStackAccess = ({ row, rs1 }: Instr): boolean =>
  (row.kind === 'load' || row.kind === 'store') && rs1 === STACK_POINTER
