/** Amounts of shifts: their lowest five or six bits count. */
import type { Xlen } from '../elf/image.ts'

export const shiftMask = (xlen: Xlen): bigint => BigInt(xlen - 1)
/** C of the amount `b`, which is a constant already or an expression. */
export const amount = (b: string, xlen: number): string => (/^\d+$/.test(b) ? b : `(${b} & ${xlen - 1})`)
