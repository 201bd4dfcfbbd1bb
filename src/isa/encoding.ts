/** Fields of a 32-bit instruction word: extraction for decoding, insertion for the assembler of the tests. */
import type { Format } from './row.ts'

export const OPCODE_MASK = 0x7f
export const FUNCT3_MASK = 0x707f
export const FUNCT7_MASK = 0xfe00707f | 0

/** `match` of an R-type row. */
export function rType(opcode: number, funct3: number, funct7: number): number {
  return opcode | (funct3 << 12) | (funct7 << 25) | 0
}

/** The sign-extended immediate of `word` in the given format; upper immediates come shifted by 12. */
export function immediate(format: Format, word: number): number {
  switch (format) {
    case 'I':
    case 'csr':
    case 'csri':
      return word >> 20
    case 'amo':
    case 'lr':
      return (word >>> 25) & 3
    case 'shift':
      return (word >>> 20) & 0x3f
    case 'shiftw':
      return (word >>> 20) & 0x1f
    case 'S':
      return ((word >> 25) << 5) | ((word >>> 7) & 0x1f)
    case 'B':
      return ((word >> 31) << 12) | ((word & 0x80) << 4) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e)
    case 'U':
      return word & ~0xfff
    case 'J':
      return ((word >> 31) << 20) | (word & 0xff000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe)
    default:
      return 0
  }
}

/** The bits that carry `imm` in the given format, to be or-ed into a match value. */
export function encodeImmediate(format: Format, imm: number): number {
  switch (format) {
    case 'I':
    case 'csr':
    case 'csri':
      return imm << 20
    case 'amo':
    case 'lr':
      return (imm & 3) << 25
    case 'shift':
      return (imm & 0x3f) << 20
    case 'shiftw':
      return (imm & 0x1f) << 20
    case 'S':
      return ((imm >> 5) << 25) | ((imm & 0x1f) << 7)
    case 'B':
      return ((imm >> 12) << 31) | ((imm & 0x7e0) << 20) | ((imm & 0x1e) << 7) | ((imm & 0x800) >> 4)
    case 'U':
      return imm & ~0xfff
    case 'J':
      return ((imm >> 20) << 31) | ((imm & 0x7fe) << 20) | ((imm & 0x800) << 9) | (imm & 0xff000)
    default:
      return 0
  }
}

const usesRd: ReadonlySet<Format> = new Set([
  'R',
  'I',
  'unary',
  'shift',
  'shiftw',
  'U',
  'J',
  'csr',
  'csri',
  'amo',
  'lr',
])
const usesRs1: ReadonlySet<Format> = new Set([
  'R',
  'I',
  'unary',
  'shift',
  'shiftw',
  'S',
  'B',
  'csr',
  'csri',
  'amo',
  'lr',
])
const usesRs2: ReadonlySet<Format> = new Set(['R', 'S', 'B', 'amo'])

/** Builds an instruction word from a row's match value and its operands. */
export function encode(
  row: { format: Format; match: number },
  operands: { rd?: number; rs1?: number; rs2?: number; imm?: number },
): number {
  let word = row.match | encodeImmediate(row.format, operands.imm ?? 0)
  if (usesRd.has(row.format)) word |= (operands.rd ?? 0) << 7
  if (usesRs1.has(row.format)) word |= (operands.rs1 ?? 0) << 15
  if (usesRs2.has(row.format)) word |= (operands.rs2 ?? 0) << 20
  return word >>> 0
}
