/** What 32-bit instruction words mean, written down from the RISC-V manual and the guest ABI alone: nothing here looks at rvr's tables. */
import type { Xlen } from '../../../src/elf/image.ts'

export interface Fields {
  readonly opcode: number
  readonly rd: number
  readonly funct3: number
  readonly rs1: number
  readonly rs2: number
  readonly funct7: number
}

export const fieldsOf = (word: number): Fields => ({
  opcode: word & 127,
  rd: (word >>> 7) & 31,
  funct3: (word >>> 12) & 7,
  rs1: (word >>> 15) & 31,
  rs2: (word >>> 20) & 31,
  funct7: word >>> 25,
})

export const wordOf = ({ opcode, rd, funct3, rs1, rs2, funct7 }: Fields): number =>
  (opcode | (rd << 7) | (funct3 << 12) | (rs1 << 15) | (rs2 << 20) | (funct7 << 25)) >>> 0

/** How many of each a guest's configuration names. */
export interface Configured {
  readonly moduli: number
  readonly fp2: number
  readonly curves: number
  readonly pairings: number
}

/**
 * RV32IM or RV64IM without system instructions: does the manual define the word? FENCE with reserved fields is a FENCE
 * (chapter "Memory Ordering Instructions").
 */
export function isBaseInstruction({ opcode, funct3, funct7 }: Fields, xlen: Xlen): boolean {
  const wide = xlen === 64
  switch (opcode) {
    case 0b0110111:
    case 0b0010111:
    case 0b1101111:
      return true // LUI, AUIPC, JAL
    case 0b1100111:
      return funct3 === 0 // JALR
    case 0b1100011:
      return funct3 !== 2 && funct3 !== 3 // branches
    case 0b0000011:
      return funct3 <= 2 || funct3 === 4 || funct3 === 5 || (wide && (funct3 === 3 || funct3 === 6)) // loads
    case 0b0100011:
      return funct3 <= 2 || (wide && funct3 === 3) // stores
    case 0b0001111:
      return funct3 === 0 // FENCE
    case 0b0010011: {
      // OP-IMM; the lowest bit of funct7 is the sixth of a shift amount
      const top = wide ? funct7 & ~1 : funct7
      return funct3 === 1 ? top === 0 : funct3 === 5 ? top === 0 || top === 32 : true
    }
    case 0b0110011:
      return funct7 === 0 || funct7 === 1 || (funct7 === 32 && (funct3 === 0 || funct3 === 5)) // OP
    case 0b0011011:
      return (
        wide && (funct3 === 0 || (funct3 === 1 && funct7 === 0) || (funct3 === 5 && (funct7 === 0 || funct7 === 32)))
      ) // OP-IMM-32
    case 0b0111011: // OP-32
      if (!wide) return false
      return funct7 === 0
        ? funct3 === 0 || funct3 === 1 || funct3 === 5
        : funct7 === 1
          ? funct3 === 0 || funct3 >= 4
          : funct7 === 32 && (funct3 === 0 || funct3 === 5)
    default:
      return false
  }
}

/** ABI `linux` adds ECALL and EBREAK: all other fields are zero. */
export const isLinuxInstruction = (fields: Fields, xlen: Xlen): boolean =>
  isBaseInstruction(fields, xlen) || wordOf(fields) === 0x0000_0073 || wordOf(fields) === 0x0010_0073

/** ABI `openvm` adds custom-0, custom-1 and `csrrw x0, csr, x0` (docs/guest-abi.md). */
export function isOpenvmInstruction(fields: Fields, xlen: Xlen, configured: Configured): boolean {
  const { opcode, rd, funct3, rs1, rs2, funct7 } = fields
  const imm = (funct7 << 5) | rs2
  if (opcode === 0b1110011) return funct3 === 1 && rd === 0 && rs1 === 0
  if (opcode === 0x0b) {
    switch (funct3) {
      case 0:
      case 2:
      case 6:
        return true // TERMINATE, REVEAL, BEQ256
      case 1:
        return imm <= 1 // HINT_STORE, HINT_BUFFER
      case 3:
        return imm <= 2 // HintInput, PrintStr, HintRandom
      case 4:
        return funct7 <= 3 // KECCAKF, XORIN, SHA256, SHA512
      case 5:
        return funct7 <= 10 // INT256
      default:
        return false
    }
  }
  if (opcode === 0x2b) {
    const index = funct7 >> 3
    const operation = funct7 & 7
    switch (funct3) {
      case 0:
        return index < configured.moduli && (operation !== 5 || rs2 <= 2)
      case 1:
        return index < configured.curves && operation <= 2
      case 2:
        return index < configured.fp2 && (operation <= 3 || (operation === 4 && rs2 <= 1))
      case 3:
        return funct7 >> 4 < configured.pairings && (funct7 & 15) === 0
      default:
        return false
    }
  }
  return isBaseInstruction(fields, xlen)
}

/** Extensions of the manual that a usual Linux CPU has and rvr has not: which words they give a meaning, by name. */
export const otherExtensions: Readonly<Record<string, (fields: Fields, xlen: Xlen) => boolean>> = {
  Zifencei: ({ opcode, funct3 }) => opcode === 0b0001111 && funct3 === 1,
  Zicsr: ({ opcode, funct3 }) => opcode === 0b1110011 && (funct3 & 3) !== 0,
  A: ({ opcode, funct3, funct7, rs2 }, xlen) => {
    const function5 = funct7 >> 2
    return (
      opcode === 0b0101111 &&
      (funct3 === 2 || (xlen === 64 && funct3 === 3)) &&
      ([0, 1, 3, 4, 8, 12, 16, 20, 24, 28].includes(function5) || (function5 === 2 && rs2 === 0))
    )
  },
  // Loads and stores of 4 and 8 bytes, fused multiplication, and OP-FP by the two formats; rounding modes 5 and 6 are
  // reserved.
  F: fields => isFloat(fields, 2, 0),
  D: fields => isFloat(fields, 3, 1),
  Zba: ({ opcode, funct3, funct7 }, xlen) =>
    ((funct3 === 2 || funct3 === 4 || funct3 === 6) &&
      funct7 === 16 &&
      (opcode === 0b0110011 || (xlen === 64 && opcode === 0b0111011))) ||
    (xlen === 64 &&
      ((opcode === 0b0111011 && funct3 === 0 && funct7 === 4) ||
        (opcode === 0b0011011 && funct3 === 1 && funct7 >> 1 === 2))),
  Zbb: isZbb,
  Zbc: ({ opcode, funct3, funct7 }) => opcode === 0b0110011 && funct7 === 5 && funct3 >= 1 && funct3 <= 3,
  Zbs: ({ opcode, funct3, funct7 }, xlen) => {
    const top = opcode === 0b0010011 && xlen === 64 ? funct7 & ~1 : funct7
    return (
      (opcode === 0b0110011 || opcode === 0b0010011) &&
      ((funct3 === 1 && [20, 36, 52].includes(top)) || (funct3 === 5 && top === 36))
    )
  },
}

function isFloat({ opcode, funct3, funct7, rs2 }: Fields, width: number, format: number): boolean {
  if (opcode === 0b0000111 || opcode === 0b0100111) return funct3 === width
  const isRounded = funct3 !== 5 && funct3 !== 6
  if ([0b1000011, 0b1000111, 0b1001011, 0b1001111].includes(opcode)) return (funct7 & 3) === format && isRounded
  if (opcode !== 0b1010011 || (funct7 & 3) !== format) return false
  switch (funct7 >> 2) {
    case 0:
    case 1:
    case 2:
    case 3:
      return isRounded // add, sub, mul, div
    case 11:
      return rs2 === 0 && isRounded // square root
    case 4:
      return funct3 <= 2 // signs
    case 5:
      return funct3 <= 1 // minimum, maximum
    case 20:
      return funct3 <= 2 // comparisons
    case 8:
      return rs2 === 1 - format && isRounded // between the formats
    case 24:
    case 26:
      return rs2 <= 3 && isRounded // to and from integers
    case 28:
      return rs2 === 0 && funct3 <= 1
    case 30:
      return rs2 === 0 && funct3 === 0
    default:
      return false
  }
}

function isZbb({ opcode, funct3, funct7, rs2 }: Fields, xlen: Xlen): boolean {
  const wide = xlen === 64
  switch (opcode) {
    case 0b0110011: // andn, orn, xnor; minima and maxima; rotations; zext.h of RV32
      return (
        (funct7 === 32 && [4, 6, 7].includes(funct3)) ||
        (funct7 === 5 && funct3 >= 4) ||
        (funct7 === 48 && (funct3 === 1 || funct3 === 5)) ||
        (!wide && funct7 === 4 && funct3 === 4 && rs2 === 0)
      )
    case 0b0010011: // counts and extensions; rori; orc.b; rev8
      return (
        (funct3 === 1 && funct7 === 48 && [0, 1, 2, 4, 5].includes(rs2)) ||
        (funct3 === 5 && (wide ? funct7 >> 1 === 24 : funct7 === 48)) ||
        (funct3 === 5 && funct7 === 20 && rs2 === 7) ||
        (funct3 === 5 && funct7 === (wide ? 53 : 52) && rs2 === 24)
      )
    case 0b0011011:
      return wide && ((funct3 === 1 && funct7 === 48 && rs2 <= 2) || (funct3 === 5 && funct7 === 48))
    case 0b0111011:
      return wide && ((funct7 === 48 && (funct3 === 1 || funct3 === 5)) || (funct7 === 4 && funct3 === 4 && rs2 === 0))
    default:
      return false
  }
}
