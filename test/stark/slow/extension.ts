/** K = F[X]/(X^4 − 11). */
import { P, add, inverse as inverseInField, mul as mulInField, negate, power, sub } from './field.ts'

/** c0 + c1·X + c2·X² + c3·X³ */
export type K = readonly [number, number, number, number]

export const ZERO: K = [0, 0, 0, 0]
export const ONE: K = [1, 0, 0, 0]
const NON_RESIDUE = 11

export const lift = (a: number): K => [a, 0, 0, 0]
export const plus = (a: K, b: K): K => [add(a[0], b[0]), add(a[1], b[1]), add(a[2], b[2]), add(a[3], b[3])]
export const minus = (a: K, b: K): K => [sub(a[0], b[0]), sub(a[1], b[1]), sub(a[2], b[2]), sub(a[3], b[3])]
export const opposite = (a: K): K => [negate(a[0]), negate(a[1]), negate(a[2]), negate(a[3])]
export const scaled = (a: K, factor: number): K => [
  mulInField(a[0], factor),
  mulInField(a[1], factor),
  mulInField(a[2], factor),
  mulInField(a[3], factor),
]
export const equal = (a: K, b: K): boolean => a.every((coordinate, index) => coordinate === b[index])

export function times([a0, a1, a2, a3]: K, [b0, b1, b2, b3]: K): K {
  const x4 = add(add(mulInField(a1, b3), mulInField(a2, b2)), mulInField(a3, b1))
  const x5 = add(mulInField(a2, b3), mulInField(a3, b2))
  const x6 = mulInField(a3, b3)
  const x3 = add(add(mulInField(a0, b3), mulInField(a1, b2)), add(mulInField(a2, b1), mulInField(a3, b0)))
  return [
    add(mulInField(a0, b0), mulInField(NON_RESIDUE, x4)),
    add(add(mulInField(a0, b1), mulInField(a1, b0)), mulInField(NON_RESIDUE, x5)),
    add(add(mulInField(a0, b2), mulInField(a1, b1)), add(mulInField(a2, b0), mulInField(NON_RESIDUE, x6))),
    x3,
  ]
}

export function raised(base: K, exponent: number): K {
  let result = ONE
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = times(result, square)
    square = times(square, square)
  }
  return result
}

/** X^P = w·X with w = 11^((P − 1)/4), so a^P multiplies coordinate i by w^i. */
const W = power(NON_RESIDUE, (P - 1) / 4)
const FROBENIUS = [1, W, power(W, 2), power(W, 3)] as const

const frobenius = (a: K): K => [
  a[0],
  mulInField(a[1], FROBENIUS[1]),
  mulInField(a[2], FROBENIUS[2]),
  mulInField(a[3], FROBENIUS[3]),
]

/** By the norm a·a^P·a^P²·a^P³, which lies in F. */
export function inverse(a: K): K {
  const others = times(times(frobenius(a), frobenius(frobenius(a))), frobenius(frobenius(frobenius(a))))
  const norm = times(a, others)[0]
  return scaled(others, inverseInField(norm))
}

/** Σ values_i · x^i */
export function evaluated(values: readonly K[], x: K): K {
  return values.reduceRight((sum, value) => plus(times(sum, x), value), ZERO)
}

/** Σ_j parts_j · X^j: four opened columns are coordinates of one polynomial over K. */
export function joined(parts: readonly K[]): K {
  let sum = ZERO
  let unit = ONE
  for (const part of parts) {
    sum = plus(sum, times(part, unit))
    unit = times(unit, [0, 1, 0, 0])
  }
  return sum
}
