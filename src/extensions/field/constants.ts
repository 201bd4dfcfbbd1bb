/** The constants that make ffi/field/field.h the arithmetic of one modulus, as C text. */
import { resourceText } from '../../resources.ts'
import type { ExtensionFile } from '../extension.ts'

const WORD = 64
const DIGIT = 62
const lowest = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value)

/** Bits of a positive number. */
export const bitLength = (value: bigint): number => value.toString(2).length

/** Bytes of an element in guest memory: 32, or 48 where the modulus needs more than 256 bits. */
export const fieldBytes = (modulus: bigint): 32 | 48 => (bitLength(modulus) <= 256 ? 32 : 48)

/** `count` words of `bits` bits, least significant first. */
function words(value: bigint, count: number, bits: number): string {
  const hex = Array.from(
    { length: count },
    (_, i) =>
      `0x${lowest(value >> BigInt(i * bits), bits)
        .toString(16)
        .padStart(16, '0')}`,
  )
  return `{${hex.join(', ')}}`
}

/** 1 / modulus in the ring of `bits`-bit words; each step doubles the number of right bits. */
function inverseOfOdd(modulus: bigint, bits: number): bigint {
  let inverse = 1n
  for (let right = 1; right < bits; right *= 2) inverse = lowest(inverse * (2n - modulus * inverse), bits)
  return inverse
}

/** A C constant array initialised with words. */
export function wordArray(name: string, value: bigint, count: number): string {
  return `static const uint64_t ${name}[${count}] = ${words(value, count, WORD)};`
}

/**
 * What field.h wants to know of a modulus, followed by its inclusion: the beginning of a generated C file.
 * @param modulus odd, 3 … 2^384-1
 */
export function fieldConstants(modulus: bigint): string {
  const bytes = fieldBytes(modulus)
  const bits = bitLength(modulus)
  const limbs = bytes / 8
  const size = BigInt(8 * bytes)
  const digits = limbs === 4 ? 5 : 7
  const fold = (1n << size) % modulus
  const folds =
    bits > 8 * bytes - WORD &&
    bitLength(fold) <= WORD &&
    fold === ((1n << BigInt(bits)) - modulus) << (size - BigInt(bits))
  const reciprocal = (1n << (BigInt(bits) + size)) / modulus - (1n << size)
  return [
    `/* modulus 0x${modulus.toString(16)} (${bits} bits) */`,
    '#include <stdint.h>',
    `enum { FIELD_LIMBS = ${limbs}, FIELD_BYTES = ${bytes}, FIELD_BITS = ${bits}, FIELD_DIGITS = ${digits} };`,
    wordArray('FIELD_P', modulus, limbs + 1),
    wordArray('FIELD_2P', 2n * modulus, limbs + 1),
    folds
      ? `/* 2^${size} modulo the modulus, a single word: products are reduced by folding */`
      : `/* floor(2^${BigInt(bits) + size} / modulus) - 2^${size}: products are reduced by this reciprocal */`,
    `static const uint64_t FIELD_FOLD = 0x${(folds ? fold : 0n).toString(16)};`,
    wordArray('FIELD_RECIPROCAL', folds ? 0n : reciprocal, limbs),
    '/* digits of 62 bits and the inverse modulo 2^62, for division */',
    `static const int64_t FIELD_P_DIGITS[${digits}] = ${words(modulus, digits, DIGIT)};`,
    `static const uint64_t FIELD_INVERSE = 0x${inverseOfOdd(modulus, DIGIT).toString(16)};`,
    '#include "field.h"',
    '',
  ].join('\n')
}

/** The headers that generated files of fields include. */
export const fieldHeaders: readonly ExtensionFile[] = ['field.h', 'field_inverse.h', 'words.h'].map(path => ({
  path,
  content: resourceText(`ffi/field/${path}`),
}))
