/** Instr → assembly text, in the notation of GNU objdump without aliases. */
import { registerNames } from './registers.ts'
import type { Instr } from './row.ts'

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`

/** The assembly text of one instruction; branch and jump targets are printed as absolute addresses. */
export function disassemble(instr: Instr): string {
  const { row, pc, imm } = instr
  const rd = registerNames[instr.rd]!
  const rs1 = registerNames[instr.rs1]!
  const rs2 = registerNames[instr.rs2]!
  switch (row.format) {
    case 'R':
      return `${row.name} ${rd},${rs1},${rs2}`
    case 'I':
      return row.kind === 'load' || row.kind === 'jalr'
        ? `${row.name} ${rd},${imm}(${rs1})`
        : `${row.name} ${rd},${rs1},${imm}`
    case 'shift':
    case 'shiftw':
      return `${row.name} ${rd},${rs1},${hex(imm)}`
    case 'S':
      return `${row.name} ${rs2},${imm}(${rs1})`
    case 'B':
      return `${row.name} ${rs1},${rs2},${hex(pc + imm)}`
    case 'U':
      return `${row.name} ${rd},${hex(imm >>> 12)}`
    case 'J':
      return `${row.name} ${rd},${hex(pc + imm)}`
    case 'csr':
      return `${row.name} ${rd},${hex(imm & 0xfff)},${rs1}`
    case 'fence':
    case 'none':
      return row.name
  }
}
