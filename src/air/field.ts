/** BabyBear: integers modulo p = 15·2^27 + 1, each as a number from 0 to p − 1. */

export const P = 2013265921

/** The element that an integer stands for. */
export const element = (value: bigint): number => Number(((value % BigInt(P)) + BigInt(P)) % BigInt(P))

export function add(a: number, b: number): number {
  const sum = a + b
  return sum < P ? sum : sum % P
}

export function subtract(a: number, b: number): number {
  const difference = a - b
  return difference >= 0 && difference < P ? difference : (difference + P) % P
}

const RECIPROCAL = 1 / P

/** Modulo p, of a natural number that is exact: the remainder of numbers of that size takes far longer. */
function reduced(value: number): number {
  const rest = value - Math.floor(value * RECIPROCAL) * P
  if (rest < 0) return rest + P
  return rest >= P ? rest - P : rest
}

/** In two steps, because a product of two elements does not fit into 53 bits. */
export const multiply = (a: number, b: number): number => reduced(reduced(a * (b >>> 16)) * 65536 + a * (b & 0xffff))

/** `base` to the power of a natural number. */
export function power(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square)
    square = multiply(square, square)
  }
  return result
}

/** 1 / a, and 0 for 0. */
export const inverse = (a: number): number => (a === 1 || a === P - 1 ? a : power(a, P - 2))
