/** Arithmetic of Fp6 = Fp2[v] / (v³ − ξ), ξ = xi + u, on six integers; products stay unreduced. */
import { fp2Field, type Fp2 } from '../fp2/arithmetic.ts'

/** c0 + c1·v + c2·v² as [c0.c0, c0.c1, c1.c0, c1.c1, c2.c0, c2.c1]. Any integers, also negative ones. */
export type Fp6 = readonly bigint[]

export const FP6_ZERO: Fp6 = [0n, 0n, 0n, 0n, 0n, 0n]
export const FP6_ONE: Fp6 = [1n, 0n, 0n, 0n, 0n, 0n]

export const add6 = (a: Fp6, b: Fp6): Fp6 => [
  a[0]! + b[0]!,
  a[1]! + b[1]!,
  a[2]! + b[2]!,
  a[3]! + b[3]!,
  a[4]! + b[4]!,
  a[5]! + b[5]!,
]
export const sub6 = (a: Fp6, b: Fp6): Fp6 => [
  a[0]! - b[0]!,
  a[1]! - b[1]!,
  a[2]! - b[2]!,
  a[3]! - b[3]!,
  a[4]! - b[4]!,
  a[5]! - b[5]!,
]
export const reduce6 = (a: Fp6, p: bigint): Fp6 => [a[0]! % p, a[1]! % p, a[2]! % p, a[3]! % p, a[4]! % p, a[5]! % p]

/** a · v */
export const mulByV = (a: Fp6, xi: bigint): Fp6 => [xi * a[4]! - a[5]!, a[4]! + xi * a[5]!, a[0]!, a[1]!, a[2]!, a[3]!]

/**
 * a · b by three products of coefficients and three of sums (Karatsuba), each of them by three products of integers.
 */
export function mul6(a: Fp6, b: Fp6, xi: bigint): Fp6 {
  const a0 = a[0]!
  const a1 = a[1]!
  const a2 = a[2]!
  const a3 = a[3]!
  const a4 = a[4]!
  const a5 = a[5]!
  const b0 = b[0]!
  const b1 = b[1]!
  const b2 = b[2]!
  const b3 = b[3]!
  const b4 = b[4]!
  const b5 = b[5]!
  // t = product of the coefficients of v⁰, v¹, v²: real and imaginary part.
  const m0 = a0 * b0
  const n0 = a1 * b1
  const r0 = m0 - n0
  const i0 = (a0 + a1) * (b0 + b1) - m0 - n0
  const m1 = a2 * b2
  const n1 = a3 * b3
  const r1 = m1 - n1
  const i1 = (a2 + a3) * (b2 + b3) - m1 - n1
  const m2 = a4 * b4
  const n2 = a5 * b5
  const r2 = m2 - n2
  const i2 = (a4 + a5) * (b4 + b5) - m2 - n2
  // Mixed terms: of v⁰ and v¹, of v⁰ and v², of v¹ and v².
  const c0 = a0 + a2
  const d0 = a1 + a3
  const e0 = b0 + b2
  const f0 = b1 + b3
  const g0 = c0 * e0
  const h0 = d0 * f0
  const r01 = g0 - h0 - r0 - r1
  const i01 = (c0 + d0) * (e0 + f0) - g0 - h0 - i0 - i1
  const c1 = a0 + a4
  const d1 = a1 + a5
  const e1 = b0 + b4
  const f1 = b1 + b5
  const g1 = c1 * e1
  const h1 = d1 * f1
  const r02 = g1 - h1 - r0 - r2
  const i02 = (c1 + d1) * (e1 + f1) - g1 - h1 - i0 - i2
  const c2 = a2 + a4
  const d2 = a3 + a5
  const e2 = b2 + b4
  const f2 = b3 + b5
  const g2 = c2 * e2
  const h2 = d2 * f2
  const r12 = g2 - h2 - r1 - r2
  const i12 = (c2 + d2) * (e2 + f2) - g2 - h2 - i1 - i2
  return [r0 + xi * r12 - i12, i0 + r12 + xi * i12, r01 + xi * r2 - i2, i01 + r2 + xi * i2, r02 + r1, i02 + i1]
}

/** 1 / a modulo p; undefined for 0. */
export function inverse6(a: Fp6, xi: bigint, p: bigint): Fp6 | undefined {
  const { mul, sub, add, inverse } = fp2Field(p)
  const [x, y, z]: [Fp2, Fp2, Fp2] = [
    [a[0]!, a[1]!],
    [a[2]!, a[3]!],
    [a[4]!, a[5]!],
  ]
  const byXi = ([c0, c1]: Fp2): Fp2 => [xi * c0 - c1, c0 + xi * c1]
  const s = sub(mul(x, x), byXi(mul(y, z)))
  const t = sub(byXi(mul(z, z)), mul(x, y))
  const u = sub(mul(y, y), mul(x, z))
  const norm = inverse(add(mul(x, s), byXi(add(mul(z, t), mul(y, u)))))
  return norm === undefined ? undefined : [...mul(s, norm), ...mul(t, norm), ...mul(u, norm)]
}
