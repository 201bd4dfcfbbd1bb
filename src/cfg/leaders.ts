/** Finds where basic blocks start (leaders) and which of those starts may be entered indirectly (roots). */
import type { Program } from '../ir/program.ts'
import { targetBuiltNear } from './built-target.ts'
import { codePointers } from './code-pointers.ts'

export const LEADER = 1
/** Entered from elsewhere than by a branch: entry, call targets, return sites, code pointers, sites behind host instructions. */
export const ROOT = 2

/** One byte of marks per slot. */
export function findLeaders(program: Program): Uint8Array {
  const { instrs, base, image } = program
  const marks = new Uint8Array(instrs.length + 1)
  const mark = (pc: number, flags: number): void => {
    const slot = (pc - base) / 4
    if (slot >= 0 && slot < instrs.length && Number.isInteger(slot)) marks[slot]! |= flags
  }
  mark(base, LEADER)
  mark(image.entry, LEADER | ROOT)
  for (const symbol of image.symbols) if (symbol.kind === 'function') mark(symbol.address, LEADER | ROOT)
  for (const pc of codePointers(program)) mark(pc, LEADER | ROOT)
  let known = false
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs[slot]
    const next = base + slot * 4 + 4
    switch (instr?.row.kind) {
      case 'branch':
        mark(instr.pc + instr.imm, LEADER)
        mark(next, LEADER)
        break
      case 'jal':
        mark(instr.pc + instr.imm, instr.rd === 0 ? LEADER : LEADER | ROOT)
        mark(next, instr.rd === 0 ? LEADER : LEADER | ROOT)
        break
      case 'jalr': {
        const target = targetBuiltNear(instrs, slot)
        if (target !== undefined) mark(target, LEADER | ROOT)
        mark(next, instr.rd === 0 ? LEADER : LEADER | ROOT)
        break
      }
      case 'host':
        mark(next, LEADER | ROOT)
        break
      case 'call':
        // A block of its own: checks of the mode metered count it by its weight.
        mark(instr.pc, LEADER)
        mark(next, LEADER)
        if (instr.row.result === 'branch') mark(instr.pc + instr.imm, LEADER)
        break
    }
    if (instr !== undefined && !known) marks[slot]! |= LEADER
    known = instr !== undefined
  }
  return marks
}
