/** What an instruction is to the tree of calls: a call or a return. */
import type { Instr } from '../../isa/row.ts'
import { isLink } from './functions.ts'

/** Whatever else transfers control is a jump, calls that link into another register too. */
export function transferOf({ row, rd, rs1 }: Instr): 'call' | 'return' | undefined {
  if (row.kind !== 'jal' && row.kind !== 'jalr') return undefined
  if (isLink(rd)) return 'call'
  return row.kind === 'jalr' && isLink(rs1) ? 'return' : undefined
}
