/** Results that follow from an instruction alone, or from one register and a constant of the instruction. */
import type { Instr } from './row.ts'

/** What lui or auipc puts into rd; not cut to the register's width. */
export const upperValue = ({ row, pc, imm }: Instr): number => (row.kind === 'upper' && row.relative ? pc : 0) + imm

/** Is it `rd = rs1 + imm`, in all bits of the register? */
export const addsConstant = ({ row }: Instr): boolean =>
  row.kind === 'alu' && row.op === 'add' && row.source === 'immediate'
