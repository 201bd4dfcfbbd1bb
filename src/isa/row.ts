/** One row of an instruction table: encoding, operands, C and reference semantics hang together. */
import type { Xlen } from '../elf/image.ts'

export type Format = 'R' | 'I' | 'shift' | 'shiftw' | 'S' | 'B' | 'U' | 'J' | 'fence' | 'none' | 'csr'

interface Encoding {
  readonly name: string
  readonly format: Format
  /** An instruction word belongs to the row when `(word & mask) === match`. */
  readonly mask: number
  readonly match: number
  /** The widths that have this instruction; both where absent. */
  readonly only?: Xlen
}

/** `rd = f(a, b)`; b is rs2 or the immediate. */
export interface AluRow extends Encoding {
  readonly kind: 'alu'
  readonly source: 'register' | 'immediate'
  /** Reference semantics on unsigned XLEN-bit values; the caller truncates the result. */
  readonly eval: (a: bigint, b: bigint, xlen: Xlen) => bigint
  /** C expression over operands of the generated type `reg` (unsigned, XLEN bits). */
  readonly c: (a: string, b: string, xlen: Xlen) => string
}

/** `rd = upper immediate`, relative to 0 (lui) or to pc (auipc). */
export interface UpperRow extends Encoding {
  readonly kind: 'upper'
  readonly relative: boolean
}

export interface LoadRow extends Encoding {
  readonly kind: 'load'
  readonly width: 1 | 2 | 4 | 8
  readonly signed: boolean
}

export interface StoreRow extends Encoding {
  readonly kind: 'store'
  readonly width: 1 | 2 | 4 | 8
}

export interface BranchRow extends Encoding {
  readonly kind: 'branch'
  readonly eval: (a: bigint, b: bigint, xlen: Xlen) => boolean
  readonly c: (a: string, b: string) => string
}

export interface JumpRow extends Encoding {
  readonly kind: 'jal' | 'jalr'
}

/** Fences and other instructions without effect. */
export interface NopRow extends Encoding {
  readonly kind: 'nop'
}

/** An instruction that the host executes through the guest ABI's handlers (ecall, custom-0, …). */
export interface HostRow extends Encoding {
  readonly kind: 'host'
}

export type Row = AluRow | UpperRow | LoadRow | StoreRow | BranchRow | JumpRow | NopRow | HostRow

/** A decoded instruction. `imm` is the sign-extended immediate as a JavaScript number (for `upper` rows already shifted by 12). */
export interface Instr {
  readonly pc: number
  readonly word: number
  readonly row: Row
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly imm: number
}
