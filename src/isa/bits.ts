/** Bits of values in the reference semantics: counts, and parts of equal size. */

/** Zeros above the highest bit of a value of so many bits. */
export const leadingZeros = (value: bigint, bits: number): bigint =>
  BigInt(value === 0n ? bits : bits - value.toString(2).length)

/** Zeros below the lowest bit. */
export const trailingZeros = (value: bigint, bits: number): bigint =>
  BigInt(value === 0n ? bits : (value & -value).toString(2).length - 1)

export const ones = (value: bigint): bigint => BigInt(value.toString(2).replaceAll('0', '').length)

/** A value made of the parts of so many bits each, the lowest first. */
export const joined = (parts: readonly bigint[], bits: number): bigint =>
  parts.reduce((sum, part, index) => sum | (part << BigInt(index * bits)), 0n)

/** The parts of so many bits each of a value of `width` bits, the lowest first. */
export const partsOf = (value: bigint, bits: number, width: number): bigint[] =>
  Array.from({ length: width / bits }, (_, index) => BigInt.asUintN(bits, value >> BigInt(index * bits)))
