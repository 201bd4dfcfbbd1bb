/** Which memory accesses need no check: a forward analysis of what earlier checks have already proved about each register. */
import { addsConstant, upperValue } from '../isa/results.ts'
import type { Instr } from '../isa/row.ts'
import { MEMORY_BYTES } from '../elf/image.ts'
import { STACK_POINTER } from '../isa/registers.ts'
import { writes } from '../isa/registers-used.ts'

/**
 * What is known of 32 registers: every address in [register + low, register + high) is legal, with low at index r and
 * high at 32 + r. high = 0 means that nothing is known. Intervals always contain 0, so that the register itself lies in
 * memory and no offset wraps around.
 */
export type Facts = Int32Array
const HIGH = 32

/** A check that `register + low … register + high` is legal memory; `register` is read where the check stands. */
export interface Check {
  readonly register: number
  readonly low: number
  readonly high: number
}

export interface BlockChecks {
  /** Checks before the first instruction of the block, on values the registers have there. */
  readonly head: readonly Check[]
  /** Checks in front of single instructions, by index in the block. */
  readonly inner: ReadonlyMap<number, Check>
}

/**
 * A failed check only costs time (the interpreter steps the block), so checks reach further than needed to serve later
 * accesses too.
 */
const REACH = 4096

export const noFacts = (): Facts => new Int32Array(64)

function set(facts: Facts, register: number, low: number, high: number): void {
  const valid = register !== 0 && low <= 0 && high > 0
  facts[register] = valid ? low : 0
  facts[HIGH + register] = valid ? high : 0
}

/**
 * Narrows `into` to what both know. With `widen`, an interval that would shrink is dropped instead, so that iteration
 * ends. Returns whether it changed.
 */
export function meet(into: Facts, other: Facts, widen: boolean): boolean {
  let changed = false
  for (let r = 1; r < 32; r++) {
    if (into[HIGH + r] === 0) continue
    const low = Math.max(into[r]!, other[r]!)
    const high = Math.min(into[HIGH + r]!, other[HIGH + r]!)
    if (low === into[r] && high === into[HIGH + r]) continue
    changed = true
    if (widen || other[HIGH + r] === 0) set(into, r, 0, 0)
    else set(into, r, low, high)
  }
  return changed
}

/** How far a check of `register` reaches that has to cover `low … high`. */
export const reached = (register: number, low: number, high: number): { low: number; high: number } => ({
  low: low >= 0 && register !== STACK_POINTER ? 0 : Math.min(low, -REACH),
  high: Math.max(high, REACH),
})
const widened = (register: number, low: number, high: number): Check => ({ register, ...reached(register, low, high) })

/** Adds what a check has proved to what is known. */
export function learn(facts: Facts, { register, low, high }: Check): void {
  set(facts, register, Math.min(low, facts[register]!), Math.max(high, facts[HIGH + register]!))
}

/** Scratch of planChecks, kept because it runs for every block several times. */
const origin = new Int8Array(32)
const delta = new Int32Array(32)
const entry = noFacts()
/** The range that accesses need, by the register at the block's entry, and these registers in order. */
const lowest = new Int32Array(32)
const highest = new Int32Array(32)
const wanted: number[] = []
const ENTRY_REGISTERS = Int8Array.from({ length: 32 }, (_, r) => r)
const NO_CHECKS: readonly Check[] = []
const NO_INNER: ReadonlyMap<number, Check> = new Map()

/** What one instruction that writes a register does to the facts, apart from checks. */
function transfer(facts: Facts, instr: Instr): void {
  const { row, rd } = instr
  if (addsConstant(instr)) {
    const { rs1, imm } = instr
    if (rs1 === 0) set(facts, rd, -imm, MEMORY_BYTES - imm)
    else if (facts[HIGH + rs1] === 0) set(facts, rd, 0, 0)
    else set(facts, rd, facts[rs1]! - imm, facts[HIGH + rs1]! - imm)
    return
  }
  if (row.kind === 'upper') {
    const value = upperValue(instr)
    if (value >= 0 && value < MEMORY_BYTES) set(facts, rd, -value, MEMORY_BYTES - value)
    else set(facts, rd, 0, 0)
    return
  }
  set(facts, rd, 0, 0)
}

export const covers = (facts: Facts, register: number, low: number, high: number): boolean =>
  register === 0
    ? low >= 0 && high <= MEMORY_BYTES
    : facts[HIGH + register] !== 0 && facts[register]! <= low && facts[HIGH + register]! >= high

/**
 * Plans the checks of one block. `facts` are those at its entry and are turned into those at its exit.
 *
 * Accesses whose base is an entry value plus a constant are checked at the head, once for all offsets of that base; the
 * others in place. Those at the indices in `covered` need no check.
 */
export function planChecks(
  instrs: readonly Instr[],
  facts: Facts,
  covered?: Pick<ReadonlySet<number>, 'has'>,
): BlockChecks {
  entry.set(facts)
  delta.fill(0)
  origin.set(ENTRY_REGISTERS)
  wanted.length = 0
  let isProven = true
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { row, rs1, rd, imm } = instr
    if ((row.kind === 'load' || row.kind === 'store') && covered?.has(index) !== true) {
      const from = origin[rs1]!
      const isCovered = covers(facts, rs1, imm, imm + row.width)
      if (!isCovered) isProven = false
      if (from > 0 && !isCovered) {
        const low = delta[rs1]! + imm
        const high = low + row.width
        const isFirst = !wanted.includes(from)
        if (isFirst) wanted.push(from)
        lowest[from] = isFirst ? low : Math.min(lowest[from]!, low)
        highest[from] = isFirst ? high : Math.max(highest[from]!, high)
      }
    }
    if (writes(instr) === 0) continue
    transfer(facts, instr)
    if (addsConstant(instr) && origin[rs1]! > 0 && Math.abs(delta[rs1]! + imm) < REACH) {
      origin[rd] = origin[rs1]!
      delta[rd] = delta[rs1]! + imm
    } else origin[rd] = -1
  }
  // Without a check the facts are what they are behind the last instruction.
  if (isProven) return { head: NO_CHECKS, inner: NO_INNER }
  const head =
    wanted.length === 0 ? NO_CHECKS : wanted.map(register => widened(register, lowest[register]!, highest[register]!))
  facts.set(entry)
  for (let index = 0; index < head.length; index++) learn(facts, head[index]!)
  let inner: Map<number, Check> | undefined
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { row, rs1, imm } = instr
    if (
      (row.kind === 'load' || row.kind === 'store') &&
      covered?.has(index) !== true &&
      !covers(facts, rs1, imm, imm + row.width)
    ) {
      const check = widened(rs1, imm, imm + row.width)
      inner ??= new Map()
      inner.set(index, check)
      set(facts, rs1, check.low, check.high)
    }
    if (writes(instr) !== 0) transfer(facts, instr)
  }
  return { head, inner: inner ?? NO_INNER }
}
