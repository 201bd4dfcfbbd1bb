/** One row of a table of compressed instructions: 16 bits that stand for an instruction of 32. */
import type { Xlen } from '../elf/image.ts'

/** Bits of an immediate: `width` of them from the half-word's bit `at` on, which are its own from `to` on. */
export type Part = readonly [at: number, width: number, to: number]

/** Where a register's number lies: all five bits of it, the last three of x8 to x15, or none. */
export type RegisterField = 'x7' | 'x2' | "x7'" | "x2'" | number

export interface CompressedRow {
  readonly name: string
  readonly mask: number
  readonly match: number
  /** The widths that have this instruction; both where absent. */
  readonly only?: Xlen
  /** Name of the instruction that it stands for, and where the operands of that are; absent ones are 0. */
  readonly base: string
  readonly rd?: RegisterField
  readonly rs1?: RegisterField
  readonly rs2?: RegisterField
  /** The immediate's parts, or the immediate. */
  readonly imm?: readonly Part[] | number
  /** The immediate is signed, and so many bits wide. */
  readonly signed?: number
  /** Operands that are not 0: the code points where one is are reserved. */
  readonly nonzero?: readonly ('rd' | 'rs1' | 'rs2' | 'imm')[]
  /** The operands in assembly text: `rd`, `rs1`, `rs2`, `imm`, `hex`, `upper` and `target` stand for theirs. */
  readonly text: string
}

export interface CompressedOperands {
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly imm: number
}
