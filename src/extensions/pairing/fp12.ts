/** Arithmetic of Fp12 = Fp6[w] / (w² − v), with fast powers by way of the Frobenius map. */
import { residue } from '../field/residues.ts'
import { conjugate, fp2Field, type Fp2 } from '../fp2/arithmetic.ts'
import { add6, FP6_ONE, FP6_ZERO, inverse6, mul6, mulByV, reduce6, sub6, type Fp6 } from './fp6.ts'

/** even + odd·w: coefficients of w⁰ w² w⁴ and of w¹ w³ w⁵. */
export interface Fp12 {
  readonly even: Fp6
  readonly odd: Fp6
}

export const FP12_ONE: Fp12 = { even: FP6_ONE, odd: FP6_ZERO }

export interface Fp12Field {
  readonly p: bigint
  /** p¹² − 1. */
  readonly order: bigint
  mul(a: Fp12, b: Fp12): Fp12
  square(a: Fp12): Fp12
  /** Undefined for 0. */
  inverse(a: Fp12): Fp12 | undefined
  equal(a: Fp12, b: Fp12): boolean
  /** a^p */
  frobenius(a: Fp12): Fp12
  /** a^e; exponents count modulo p¹² − 1. */
  power(a: Fp12, e: bigint): Fp12
}

/** Bits of an exponent that a power looks at together. */
const WINDOW = 4n
const ENTRIES = 2 ** Number(WINDOW)

/** The coefficients of w⁰ … w⁵. */
export function coefficients({ even, odd }: Fp12): Fp2[] {
  return [0, 2, 4].flatMap(
    at =>
      [
        [even[at]!, even[at + 1]!],
        [odd[at]!, odd[at + 1]!],
      ] as Fp2[],
  )
}

/** The element with the given coefficients of w⁰ … w⁵. */
export function fromCoefficients(c: readonly Fp2[]): Fp12 {
  return { even: [...c[0]!, ...c[2]!, ...c[4]!], odd: [...c[1]!, ...c[3]!, ...c[5]!] }
}

/** a^(p⁶): odd powers of w change their sign. */
export const conjugate12 = ({ even, odd }: Fp12): Fp12 => ({ even, odd: sub6(FP6_ZERO, odd) })

export function fp12Field(p: bigint, xi: bigint): Fp12Field {
  const order = p ** 12n - 1n
  const fp2 = fp2Field(p)
  /** w^(i·(p − 1)), which is in Fp2. */
  const twists = Array.from({ length: 6 }, (_, i) => fp2.power([xi, 1n], (BigInt(i) * (p - 1n)) / 6n))

  const mul = (a: Fp12, b: Fp12): Fp12 => {
    const even = mul6(a.even, b.even, xi)
    const odd = mul6(a.odd, b.odd, xi)
    const cross = mul6(add6(a.even, a.odd), add6(b.even, b.odd), xi)
    return { even: reduce6(add6(even, mulByV(odd, xi)), p), odd: reduce6(sub6(sub6(cross, even), odd), p) }
  }
  const square = ({ even, odd }: Fp12): Fp12 => {
    const product = mul6(even, odd, xi)
    const cross = mul6(add6(even, odd), add6(even, mulByV(odd, xi)), xi)
    return {
      even: reduce6(sub6(sub6(cross, product), mulByV(product, xi)), p),
      odd: reduce6(add6(product, product), p),
    }
  }
  const frobenius = (a: Fp12): Fp12 =>
    fromCoefficients(coefficients(a).map((c, i) => fp2.mul(conjugate(c), twists[i]!)))

  /** Powers 0 … 15 of `a`. */
  const powers = (a: Fp12): Fp12[] => {
    const table = [FP12_ONE]
    while (table.length < ENTRIES) table.push(mul(table.at(-1)!, a))
    return table
  }

  return {
    p,
    order,
    mul,
    square,
    frobenius,
    inverse: ({ even, odd }) => {
      const norm = inverse6(reduce6(sub6(mul6(even, even, xi), mulByV(mul6(odd, odd, xi), xi)), p), xi, p)
      if (norm === undefined) return undefined
      return { even: reduce6(mul6(even, norm, xi), p), odd: reduce6(sub6(FP6_ZERO, mul6(odd, norm, xi)), p) }
    },
    equal: (a, b) => [...sub6(a.even, b.even), ...sub6(a.odd, b.odd)].every(difference => difference % p === 0n),
    power: (a, e) => {
      // e in base p: a^e is the product of frobenius^k(a)^digit, so all digits share their squarings.
      const digits: bigint[] = []
      for (let rest = residue(e, order); rest > 0n; rest /= p) digits.push(rest % p)
      const tables: Fp12[][] = []
      for (let k = 0; k < digits.length; k++) tables.push(k === 0 ? powers(a) : tables[k - 1]!.map(frobenius))
      let result = FP12_ONE
      const columns = BigInt(Math.ceil(p.toString(2).length / Number(WINDOW)))
      for (let column = columns - 1n; column >= 0n; column--) {
        if (result !== FP12_ONE) for (let i = 0n; i < WINDOW; i++) result = square(result)
        for (const [k, digit] of digits.entries()) {
          const entry = Number(BigInt.asUintN(Number(WINDOW), digit >> (column * WINDOW)))
          if (entry !== 0) result = mul(result, tables[k]![entry]!)
        }
      }
      return result
    },
  }
}
