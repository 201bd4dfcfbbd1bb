/** Finds instructions outside of what section headers say is code, by what leads to them. */
import type { Code } from './program.ts'
import type { Instr } from '../isa/row.ts'
import { targetBuiltNear } from './built-target.ts'
import { BuiltPointers, wordPointers } from './code-pointers.ts'
import { nextPc, slotBehind, slotOf } from './slots.ts'

/** What section headers say about a slot. */
export const UNSAID = 0
export const DATA = 1
export const CODE = 2
/** An instruction of code that began in the slot in front goes on here. */
export const INSIDE = 3

interface Slots {
  /** Does what begins in a slot take two of them? */
  isLong(slot: number): boolean
  /** Decodes the instruction of a slot, which the program has from then on. */
  fillIn(slot: number): Instr | undefined
}

/**
 * Fills in the instructions that something leads to: a transfer from known code, wherever it goes, and, where sections
 * say nothing, a number that may be the address of code. Data in between stays empty, and with it code that is reached
 * in a way that nobody can see: the interpreter has that.
 *
 * @param said UNSAID, DATA, CODE or INSIDE by slot; the instructions of CODE are there already
 */
export function addReached(program: Code, said: Uint8Array, { isLong, fillIn }: Slots): void {
  const { image, instrs, slotBytes } = program
  const isKnown = said.map(kind => (kind === CODE || kind === INSIDE ? 1 : 0))
  const pending: number[] = []
  const built = new BuiltPointers(program)
  const lead = (pc: number): void => {
    const slot = slotOf(program, pc)
    // A place that is no slot has no mark either.
    if (isKnown[slot] === 0) pending.push(slot)
  }
  const point = (pc: number): void => {
    if (said[slotOf(program, pc)] === UNSAID) lead(pc)
  }
  /** Notes where an instruction leads; does it also lead to the next slot? */
  const follow = (slot: number, instr: Instr): boolean => {
    const { row, pc, imm, rd } = instr
    for (const pointer of built.behind(instr)) point(pointer)
    if (row.kind === 'branch' || row.kind === 'jal' || (row.kind === 'call' && row.result === 'branch')) lead(pc + imm)
    if (row.kind === 'jalr') {
      const target = targetBuiltNear(program, slot)
      if (target !== undefined) lead(target)
    }
    return rd !== 0 || (row.kind !== 'jal' && row.kind !== 'jalr')
  }
  lead(image.entry)
  for (const symbol of image.symbols) if (symbol.kind === 'function') lead(symbol.address)
  for (const pointer of wordPointers(program)) point(pointer)
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs.at(slot)
    if (instr !== undefined && follow(slot, instr)) lead(nextPc(instr))
  }
  for (let first = pending.pop(); first !== undefined; first = pending.pop()) {
    built.forget()
    for (let slot = first; isKnown[slot] === 0;) {
      isKnown[slot] = 1
      if (isLong(slot)) {
        // Instructions share no slot: what was known first stays.
        if (isKnown[slot + 1] !== 0) break
        isKnown[slot + 1] = 1
      }
      const instr = fillIn(slot)
      if (instr === undefined || !follow(slot, instr)) break
      slot = slotBehind(slot, instr, slotBytes)
    }
  }
}
