/** Words of the stack in which a loop keeps values: where the C compiler of the guest ran out of registers, a counter may be one. */
import type { Instr } from '../../isa/row.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import { writes } from '../../isa/registers-used.ts'

/**
 * Offsets from the stack pointer of words that the loop reads or writes as a whole alone. None where it moves the stack pointer, or writes memory in any other way: such a store might
 * meet the stack.
 */
export function stackSlots(instrs: readonly Instr[], bytes: number): number[] {
  const accesses: { from: number; to: number }[] = []
  for (const instr of instrs) {
    const { row, rs1, imm } = instr
    if (row.kind === 'call' || writes(instr) === 1 << STACK_POINTER || (row.kind === 'store' && rs1 !== STACK_POINTER)) return []
    if ((row.kind === 'load' || row.kind === 'store') && rs1 === STACK_POINTER) accesses.push({ from: imm, to: imm + row.width })
  }
  const offsets = [...new Set(accesses.filter(({ from, to }) => to - from === bytes).map(({ from }) => from))]
  return offsets.filter(offset => accesses.every(({ from, to }) => (from === offset && to === offset + bytes) || to <= offset || from >= offset + bytes))
}

/** The slot that a load or store accesses: its index; -1 for other instructions. */
export function slotOf({ row, rs1, imm }: Instr, slots: readonly number[]): number {
  return (row.kind === 'load' || row.kind === 'store') && rs1 === STACK_POINTER ? slots.indexOf(imm) : -1
}
