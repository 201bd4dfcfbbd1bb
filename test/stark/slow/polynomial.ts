/** Polynomials over F as lists of coefficients, without any fast transform. */
import { plus, scaled, times, ZERO, lift, type K } from './extension.ts'
import { add, GENERATOR, inverse, mul, power, root } from './field.ts'

/** The polynomial of degree < 2^k that has values[r] at shift · ω_k^r. */
export function interpolated(values: readonly number[], shift = 1): number[] {
  const n = values.length
  const back = powers(inverse(root(Math.log2(n))), n)
  const perCoefficient = powers(inverse(shift), n)
  const perRow = inverse(n)
  return values.map((_, j) => {
    let sum = 0
    for (let r = 0; r < n; r++) sum = add(sum, mul(values[r]!, back[(j * r) % n]!))
    return mul(mul(sum, perRow), perCoefficient[j]!)
  })
}

/** As `interpolated`, coordinate by coordinate. */
export function interpolatedInK(values: readonly K[], shift = 1): K[] {
  const coordinates = [0, 1, 2, 3].map(i =>
    interpolated(
      values.map(value => value[i]!),
      shift,
    ),
  )
  return values.map((_, j) => coordinates.map(list => list[j]!) as unknown as K)
}

/** Of the coset g·H_h: the point of entry j in natural order. */
export const cosetPoint = (h: number, r: number): number => mul(GENERATOR, power(root(h), r))

export function powers(base: number, count: number): number[] {
  const list = [1]
  while (list.length < count) list.push(mul(list.at(-1)!, base))
  return list
}

export function at(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let j = coefficients.length - 1; j >= 0; j--) sum = add(mul(sum, x), coefficients[j]!)
  return sum
}

export const atK = (coefficients: readonly number[], x: K): K =>
  coefficients.reduceRight<K>((sum, coefficient) => plus(times(sum, x), lift(coefficient)), ZERO)

/** Σ factors_i · values_i of numbers of F. */
export const weighted = (values: readonly number[], factors: readonly K[]): K =>
  values.reduce<K>((sum, value, index) => plus(sum, scaled(factors[index]!, value)), ZERO)
