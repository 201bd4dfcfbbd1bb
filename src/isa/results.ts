/** Results that follow from an instruction alone, or from one register and a constant of the instruction. */
import type { Xlen } from '../elf/image.ts'
import type { Instr } from './row.ts'

/** What lui or auipc puts into rd; not cut to the register's width. */
export const upperValue = ({ row, pc, imm }: Instr): number => (row.kind === 'upper' && row.relative ? pc : 0) + imm

/** A sum of addresses and immediates as the address that a register has. Negative ones of RV64 are none of a guest. */
export const addressIn = (xlen: Xlen, sum: number): number => (xlen === 32 ? sum >>> 0 : sum)

/** Is it `rd = rs1 + imm`, in all bits of the register? */
export const addsConstant = ({ row }: Instr): boolean =>
  row.kind === 'alu' && row.op === 'add' && row.source === 'immediate'
