/** What checks have proved about the addresses in registers: facts, and how code and meeting ways change them. */
import { addressIn, addsConstant, upperValue } from '../isa/results.ts'
import type { Instr } from '../isa/row.ts'
import { windowEnd, type Image } from '../elf/image.ts'
import { STACK_POINTER } from '../isa/registers.ts'
import { writes } from '../isa/registers-used.ts'

/**
 * What is known of 32 registers: every address in [register + low, register + high) is legal, with low at index r and
 * high at 32 + r. high = 0 means that nothing is known. Intervals always contain 0, so that the register itself lies in
 * memory and no offset wraps around. That of x0, which is 0, is all that native code
 * may access, wherever it lies.
 */
export type Facts = number[]
const HIGH = 32
/** Where XLEN stands, which says what constants wrap around at. */
const XLEN = 64

/** A check that `register + low … register + high` is legal memory; `register` is read where the check stands. */
export interface Check {
  readonly register: number
  readonly low: number
  readonly high: number
}

/**
 * A failed check only costs time (the interpreter steps the block), so checks reach further than needed to serve later
 * accesses too.
 */
export const REACH = 4096

/** What is known of a guest's registers before anything is. */
export function noFacts({ xlen, direct }: Pick<Image, 'xlen' | 'direct'>): Facts {
  const facts = Array.from({ length: 2 * HIGH }, () => 0)
  facts[0] = direct.base
  facts[HIGH] = windowEnd(direct)
  facts[XLEN] = xlen
  return facts
}

function set(facts: Facts, register: number, low: number, high: number): void {
  if (register === 0) return
  const valid = low <= 0 && high > 0
  facts[register] = valid ? low : 0
  facts[HIGH + register] = valid ? high : 0
}

/**
 * What both know; `known` itself where that is all it knows. With `widen`, an interval that would shrink is dropped
 * instead, so that iteration ends.
 */
export function meet(known: Facts, other: Facts, widen: boolean): Facts {
  let met: Facts | undefined
  for (let r = 1; r < 32; r++) {
    if (known[HIGH + r] === 0) continue
    const low = Math.max(known[r]!, other[r]!)
    const high = Math.min(known[HIGH + r]!, other[HIGH + r]!)
    if (low === known[r] && high === known[HIGH + r]) continue
    met ??= known.slice()
    if (widen || other[HIGH + r] === 0) set(met, r, 0, 0)
    else set(met, r, low, high)
  }
  return met ?? known
}

/** How far a check of `register` reaches that has to cover `low … high`. */
export const reached = (register: number, low: number, high: number): { low: number; high: number } => ({
  low: low >= 0 && register !== STACK_POINTER ? 0 : Math.min(low, -REACH),
  high: Math.max(high, REACH),
})

/** A check that covers `low … high` and what lies near. */
export const widened = (register: number, low: number, high: number): Check => ({
  register,
  ...reached(register, low, high),
})

/** Makes what a check has proved all that is known of its register, in facts of the caller's own. */
export const overwrite = (facts: Facts, { register, low, high }: Check): void => set(facts, register, low, high)

/** Adds what a check has proved to facts of the caller's own. */
export function learn(facts: Facts, { register, low, high }: Check): void {
  set(facts, register, Math.min(low, facts[register]!), Math.max(high, facts[HIGH + register]!))
}

/** The register holds a constant. */
function setConstant(facts: Facts, register: number, value: number): void {
  const address = addressIn(facts[XLEN] === 32 ? 32 : 64, value)
  set(facts, register, facts[0]! - address, facts[HIGH]! - address)
}

/** Brings facts of the caller's own behind an instruction, apart from what a check of it proves. */
export function transfer(facts: Facts, instr: Instr): void {
  if (writes(instr) === 0) return
  const { row, rd } = instr
  if (addsConstant(instr)) {
    const { rs1, imm } = instr
    if (rs1 === 0) setConstant(facts, rd, imm)
    else if (facts[HIGH + rs1] === 0) set(facts, rd, 0, 0)
    else set(facts, rd, facts[rs1]! - imm, facts[HIGH + rs1]! - imm)
    return
  }
  if (row.kind === 'upper') {
    setConstant(facts, rd, upperValue(instr))
    return
  }
  set(facts, rd, 0, 0)
}

/** Do the facts say that all addresses in [register + low, register + high) are legal? */
export const covers = (facts: Facts, register: number, low: number, high: number): boolean =>
  facts[HIGH + register] !== 0 && facts[register]! <= low && facts[HIGH + register]! >= high
