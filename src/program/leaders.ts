/** Finds where basic blocks start (leaders) and which of those starts may be entered indirectly (roots). */
import type { Code } from './program.ts'
import { targetBuiltNear } from './built-target.ts'
import { BuiltPointers, wordPointers } from './code-pointers.ts'
import { pcOf, slotBehind, slotOf } from './slots.ts'
import { endsSpan } from './span.ts'

export const LEADER = 1
/**
 * Entered from elsewhere than by a branch: entry, call targets, return sites, code pointers, sites behind host
 * instructions.
 */
export const ROOT = 2
/** Control may come here from elsewhere than from the slot in front: a span begins. */
export const ARRIVAL = 4
/** The last of its span, or no instruction: the next slot is in another span. */
export const ENDING = 8
/** An instruction that began in the slot in front goes on here. */
export const INSIDE = 16

/** One byte of marks per slot. */
export function findLeaders(program: Code): Uint8Array {
  const { instrs, base, slotBytes, image } = program
  const marks = new Uint8Array(instrs.length + 1)
  const mark = (pc: number, flags: number): void => {
    const slot = slotOf(program, pc)
    if (slot >= 0 && slot < instrs.length && Number.isInteger(slot)) marks[slot]! |= flags
  }
  const arrive = (pc: number, flags = 0): void => mark(pc, LEADER | ARRIVAL | flags)
  arrive(base)
  arrive(image.entry, ROOT)
  for (const symbol of image.symbols) if (symbol.kind === 'function') arrive(symbol.address, ROOT)
  for (const pc of wordPointers(program)) arrive(pc, ROOT)
  const built = new BuiltPointers(program)
  let known = false
  for (let slot = 0, behind: number; slot < instrs.length; slot = behind) {
    const instr = instrs.at(slot)
    behind = slotBehind(slot, instr, slotBytes)
    const next = pcOf(program, behind)
    for (let inside = slot + 1; inside < behind; inside++) marks[inside]! |= INSIDE
    if (instr !== undefined) for (const pointer of built.behind(instr)) arrive(pointer, ROOT)
    if (endsSpan(instr?.row)) marks[slot]! |= ENDING
    switch (instr?.row.kind) {
      case 'branch':
        arrive(instr.pc + instr.imm)
        arrive(next)
        break
      case 'jal':
        arrive(instr.pc + instr.imm, instr.rd === 0 ? 0 : ROOT)
        arrive(next, instr.rd === 0 ? 0 : ROOT)
        break
      case 'jalr': {
        const target = targetBuiltNear(program, slot)
        if (target !== undefined) arrive(target, ROOT)
        arrive(next, instr.rd === 0 ? 0 : ROOT)
        break
      }
      case 'host':
        mark(next, LEADER | ROOT)
        break
      case 'call':
        // A block of its own: nothing in front of it or behind it moves across a call.
        mark(instr.pc, LEADER)
        mark(next, LEADER)
        if (instr.row.result !== 'branch') break
        arrive(instr.pc + instr.imm)
        arrive(next)
        break
    }
    if (instr !== undefined && !known) marks[slot]! |= LEADER | ARRIVAL
    known = instr !== undefined
  }
  return marks
}
