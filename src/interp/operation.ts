/** Instr → the flat record that the interpreter's loop switches on. */
import { upperValue } from '../isa/results.ts'
import type { Image, Xlen } from '../elf/image.ts'
import type { AluRow, BranchRow, CallRow, Instr } from '../isa/row.ts'
import type { Fetched } from '../program/slots.ts'

/** What an operation does; arithmetic with rd = x0 is `NOP` already. */
export const NOP = 0
export const ALU_REGISTER = 1
export const ALU_IMMEDIATE = 2
export const CONSTANT = 3
export const LOAD = 4
export const STORE = 5
export const BRANCH = 6
export const JAL = 7
export const JALR = 8
export const HOST = 9
export const UNKNOWN = 10
export const CALL = 11

/** One instruction slot. Every record has every field, so that the loop sees one shape. */
export interface Operation {
  readonly code: number
  /** Undefined only for `UNKNOWN`. */
  readonly instr: Instr | undefined
  readonly word: number
  /** Address of the slot behind it. */
  readonly next: number
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  /** The immediate as a signed number and, for `ALU_IMMEDIATE`, as an unsigned XLEN-bit value. */
  readonly offset: number
  readonly immediate: bigint
  /** Result of `CONSTANT`, link of `JAL` and `JALR`: unsigned XLEN bits. */
  readonly value: bigint
  readonly alu: AluRow['eval']
  readonly test: BranchRow['eval']
  /** Of a `CALL`. */
  readonly call: CallRow | undefined
  /** Target of a taken `BRANCH`, `JAL` or branching `CALL`, XLEN bits unsigned. */
  readonly target: number
  /** Bytes of a `LOAD` or `STORE`, and its last legal place, from the beginning of memory. */
  readonly width: number
  readonly last: number
  readonly signed: boolean
}

const noAlu: AluRow['eval'] = a => a
const noTest: BranchRow['eval'] = () => false

/**
 * `pc + imm` as an address. Code lies below 2^32, so the sum is exact when it is not negative; a negative one is
 * no slot either way.
 */
function targetOf(xlen: Xlen, pc: number, imm: number): number {
  const sum = pc + imm
  return xlen === 32 ? sum >>> 0 : sum
}

/** The operation of the slot at `pc`. */
export function operationFor(
  { xlen, memory }: Pick<Image, 'xlen' | 'memory'>,
  at: number,
  { word, size, instr }: Fetched,
): Operation {
  const next = at + size
  const unsigned = (value: number): bigint => BigInt.asUintN(xlen, BigInt(value))
  const base = {
    code: UNKNOWN,
    instr,
    word,
    next,
    rd: instr?.rd ?? 0,
    rs1: instr?.rs1 ?? 0,
    rs2: instr?.rs2 ?? 0,
    offset: instr?.imm ?? 0,
    immediate: unsigned(instr?.imm ?? 0),
    value: 0n,
    alu: noAlu,
    test: noTest,
    call: undefined,
    target: 0,
    width: 0,
    last: 0,
    signed: false,
  }
  if (instr === undefined) return base
  const { row, pc, imm, rd } = instr
  switch (row.kind) {
    case 'alu':
      return rd === 0
        ? { ...base, code: NOP }
        : { ...base, code: row.source === 'register' ? ALU_REGISTER : ALU_IMMEDIATE, alu: row.eval }
    case 'upper':
      return rd === 0 ? { ...base, code: NOP } : { ...base, code: CONSTANT, value: unsigned(upperValue(instr)) }
    case 'load':
      return { ...base, code: LOAD, width: row.width, last: memory.bytes - row.width, signed: row.signed }
    case 'store':
      return { ...base, code: STORE, width: row.width, last: memory.bytes - row.width }
    case 'branch':
      return { ...base, code: BRANCH, test: row.eval, target: targetOf(xlen, pc, imm) }
    case 'jal':
      return { ...base, code: JAL, value: unsigned(next), target: targetOf(xlen, pc, imm) }
    case 'jalr':
      return { ...base, code: JALR, value: unsigned(next) }
    case 'nop':
      return { ...base, code: NOP }
    case 'host':
      return { ...base, code: HOST }
    case 'call':
      return { ...base, code: CALL, call: row, target: targetOf(xlen, pc, imm) }
  }
}
