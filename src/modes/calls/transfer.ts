/** What an instruction is to the tree of calls: a call, a return, the marker of a step. */
import type { Instr } from '../../isa/row.ts'
import { isLink } from './functions.ts'

/** Whatever else transfers control is a jump, calls that link into another register too. */
export function transferOf({ row, rd, rs1 }: Instr): 'call' | 'return' | undefined {
  if (row.kind !== 'jal' && row.kind !== 'jalr') return undefined
  if (isLink(rd)) return 'call'
  return row.kind === 'jalr' && isLink(rs1) ? 'return' : undefined
}

/** N of `addi x0, x0, N`; 0 where it is another instruction. */
export function markerOf({ row, rd, rs1, imm }: Instr): number {
  if (row.kind !== 'alu' || rd !== 0 || rs1 !== 0) return 0
  return row.op === 'add' && row.source === 'immediate' ? imm : 0
}
