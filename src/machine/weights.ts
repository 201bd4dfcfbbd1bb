/** How much of an interval between checks an instruction takes. */
import type { CallRow, Instr, Row } from '../isa/row.ts'
import { LEAF_BYTES } from '../layout/meter.ts'
import type { Machine } from './machine.ts'

/** No instruction that native code executes is heavier. */
export const MAX_WEIGHT = 1000

/** Leaves that so many bytes touch at most, wherever they begin. */
const leavesOf = (bytes: number): number => Math.floor((bytes + LEAF_BYTES - 2) / LEAF_BYTES) + 1

function callWeight({ operands, extraRows }: CallRow): number {
  const rows = Object.values(extraRows ?? {}).reduce((sum, count) => sum + count, 1)
  const leaves = operands.reduce((sum, operand) => sum + (operand.access === 'value' ? 0 : leavesOf(operand.bytes === 'rs2' ? operand.most : operand.bytes)), 0)
  return Math.max(rows, Math.ceil(leaves / 2))
}

/** A plain instruction weighs one. A call weighs the rows it adds, and at least one for each two leaves of memory that it may touch. */
export const weightOfRow = (row: Row): number => (row.kind === 'call' ? callWeight(row) : 1)

/** The same for a machine: no instruction weighs more than a whole interval, so that a fresh one has room for every block. */
export const weightOf = (machine: Machine, { row }: Instr): number => (row.kind === 'call' ? Math.min(callWeight(row), machine.limits.checkInterval) : 1)
