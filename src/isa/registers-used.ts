/** Which guest registers an instruction reads and writes, as bit masks. */
import type { Instr } from './row.ts'

/** Registers read; bit r stands for x r. x0 is never in a mask. */
export function reads(instr: Instr): number {
  const { row } = instr
  switch (row.kind) {
    case 'alu':
      return row.source === 'register' ? bit(instr.rs1) | bit(instr.rs2) : bit(instr.rs1)
    case 'load':
    case 'jalr':
      return bit(instr.rs1)
    case 'store':
    case 'branch':
      return bit(instr.rs1) | bit(instr.rs2)
    case 'call':
      return row.operands.reduce(
        (mask, operand) =>
          mask | bit(instr[operand.register]) | ('bytes' in operand && operand.bytes === 'rs2' ? bit(instr.rs2) : 0),
        0,
      )
    default:
      return 0
  }
}

/** The register written, as a mask. */
export function writes(instr: Instr): number {
  switch (instr.row.kind) {
    case 'alu':
    case 'load':
    case 'upper':
    case 'jal':
    case 'jalr':
      return bit(instr.rd)
    case 'call':
      return instr.row.result === 'register' ? bit(instr.rd) : 0
    default:
      return 0
  }
}

const bit = (register: number): number => (register === 0 ? 0 : 1 << register)

/** Calls `visit` for each register in the mask, ascending. */
export function eachRegister(mask: number, visit: (register: number) => void): void {
  for (let rest = mask; rest !== 0; rest &= rest - 1) visit(31 - Math.clz32(rest & -rest))
}
