/** Rows of arithmetic in the sets beside I and M, by their place among the opcodes. */
import type { Xlen } from '../elf/image.ts'
import { FUNCT7_MASK, rType } from './encoding.ts'
import type { AluRow } from './row.ts'

export const OP = 0x33
export const OP_IMM = 0x13
export const OP_32 = 0x3b
export const OP_IMM_32 = 0x1b

/** Opcode, funct3, funct7; of unary rows the 12 bits of the immediate in the place of funct7. */
export type Place = readonly [opcode: number, funct3: number, top: number]
/** What a row computes: `inRuntime` where its C calls functions of templates/runtime/bits.h. */
export type Semantics = Pick<AluRow, 'op' | 'eval' | 'c' | 'inRuntime'>

/** Opcodes of 32-bit arithmetic are those of RV64 alone. */
const widthOf = (opcode: number): Xlen | undefined => (opcode === OP_32 || opcode === OP_IMM_32 ? 64 : undefined)

/** `rd = f(rs1, rs2)` */
export const register = (name: string, [opcode, funct3, funct7]: Place, semantics: Semantics): AluRow => ({
  kind: 'alu',
  source: 'register',
  format: 'R',
  name,
  only: widthOf(opcode),
  mask: FUNCT7_MASK,
  match: rType(opcode, funct3, funct7),
  isListed: true,
  ...semantics,
})

/** `rd = f(rs1)` */
export const unary = (name: string, [opcode, funct3, selector]: Place, semantics: Semantics, only?: Xlen): AluRow => ({
  kind: 'alu',
  source: 'immediate',
  format: 'unary',
  name,
  only: only ?? widthOf(opcode),
  mask: 0xfff0707f | 0,
  match: opcode | (funct3 << 12) | (selector << 20),
  isListed: true,
  ...semantics,
})

/** `rd = f(rs1, amount)`, with an amount of six bits on RV64 and of five on RV32. */
export const shift = (name: string, place: Place, semantics: Semantics): AluRow[] => [
  shift32(name, place, semantics, 32),
  shift64(name, place, semantics),
]

/** The same with an amount of five bits. */
export const shift32 = (name: string, [opcode, funct3, top]: Place, semantics: Semantics, only: Xlen): AluRow => ({
  kind: 'alu',
  source: 'immediate',
  format: 'shiftw',
  name,
  only,
  mask: FUNCT7_MASK,
  match: rType(opcode, funct3, top),
  isListed: true,
  ...semantics,
})

/** The same with an amount of six bits, on RV64. */
export const shift64 = (name: string, [opcode, funct3, top]: Place, semantics: Semantics): AluRow => ({
  kind: 'alu',
  source: 'immediate',
  format: 'shift',
  name,
  only: 64,
  mask: 0xfc00707f | 0,
  match: rType(opcode, funct3, top),
  isListed: true,
  ...semantics,
})
