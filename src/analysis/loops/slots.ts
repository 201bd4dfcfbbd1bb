/** Words of the stack in which a loop keeps values of whole registers: one of them may be its counter. */
import type { Instr } from '../../isa/row.ts'
import { isStackAccess, type StackWord } from './stack-words.ts'

/**
 * Offsets from the stack pointer of the loop's words of so many bytes. None where it writes memory in any other way:
 * such a store might meet the stack.
 */
export const stackSlots = (words: readonly StackWord[], instrs: readonly Instr[], bytes: number): number[] =>
  instrs.some(instr => instr.row.kind === 'store' && !isStackAccess(instr))
    ? []
    : words.filter(word => word.bytes === bytes).map(({ offset }) => offset)

/** The slot that a load or store accesses: its index; -1 for other instructions. */
export const slotOf = (instr: Instr, slots: readonly number[]): number =>
  isStackAccess(instr) ? slots.indexOf(instr.imm) : -1
