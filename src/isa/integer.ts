/** Reinterpretation of unsigned register values in the reference semantics (BigInt). */
import type { Xlen } from '../elf/image.ts'

/** The value as a signed XLEN-bit integer. */
export const signed = (value: bigint, xlen: Xlen): bigint => BigInt.asIntN(xlen, value)
/** The low 32 bits, sign-extended. */
export const sext32 = (value: bigint): bigint => BigInt.asIntN(32, value)
/** The low 32 bits, zero-extended. */
export const zext32 = (value: bigint): bigint => BigInt.asUintN(32, value)
