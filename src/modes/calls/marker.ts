/** Step markers: `addi x0, x0, N` with N ≠ 0, which does nothing else. */
import type { Instr, Row } from '../../isa/row.ts'

const ADDI = 0x13

/** Are there markers among the instructions of a row? */
export const hasMarkers = ({ match }: Pick<Row, 'match'>): boolean => match === ADDI

/** N; 0 for every other instruction. */
export const stepOf = ({ row, rd, rs1, imm }: Instr): number => (hasMarkers(row) && rd === 0 && rs1 === 0 ? imm : 0)
