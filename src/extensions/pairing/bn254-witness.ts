/** BN254: witness that a Miller loop's output is a residue, in place of the final exponentiation (ePrint 2024/640). */
import { inverse, power, residue } from '../field/residues.ts'
import { FP2_ZERO } from '../fp2/arithmetic.ts'
import { bn254 } from './curves.ts'
import { FP12_ONE, type Fp12, type Fp12Field, fromCoefficients } from './fp12.ts'

/** An element of order 27 in Fp12, hence a cubic non-residue. */
const OMEGA = fromCoefficients([
  FP2_ZERO,
  FP2_ZERO,
  [
    9483667112135124394372960210728142145589475128897916459350428495526310884707n,
    4534159768373982659291990808346042891252278737770656686799127720849666919525n,
  ],
  FP2_ZERO,
  FP2_ZERO,
  FP2_ZERO,
])

/** λ = 6x + 2 + p³ − p² + p, the exponent of the check. */
export function lambdaOf({ p, x }: { readonly p: bigint; readonly x: bigint }): bigint {
  return 6n * x + 2n + p ** 3n - p ** 2n + p
}

/** Exponents: for dividing by r and λ/(3r), and for the cube root up to an element of order 27. */
function exponents(order: bigint): { readonly divide: bigint; readonly cubeRoot: bigint } {
  const h = order / bn254.r
  const m = lambdaOf(bn254) / (3n * bn254.r)
  return { divide: residue(inverse(bn254.r, h)! * inverse(m, h)!, h), cubeRoot: (order / 27n + 1n) / 3n }
}

let known: ReturnType<typeof exponents> | undefined

/** c and u with f·u = c^λ, if f comes from pairings whose product is 1; anything otherwise. */
export function witnessBn254(field: Fp12Field, f: Fp12): [c: Fp12, u: Fp12] {
  const { mul, square, equal, order } = field
  const { divide, cubeRoot } = (known ??= exponents(order))
  const cube = (a: Fp12): Fp12 => mul(square(a), a)

  // u makes f·u a cube; one of 1, ω, ω² does.
  let u = FP12_ONE
  let scaled = f
  for (let tries = 0; tries < 2 && !isCube(field, scaled); tries++) {
    u = mul(u, OMEGA)
    scaled = mul(scaled, OMEGA)
  }
  const target = field.power(scaled, divide)
  let c = field.power(target, cubeRoot)
  const correction = field.power(OMEGA, cubeRoot)
  // c³ is the target up to an element of order 9 at most.
  for (let tries = 0; tries < 27 && !equal(cube(c), target); tries++) c = mul(c, correction)
  return [c, u]
}

/** Is a^((p¹² − 1)/3) = 1? The power is that of the product of all a^(p^k), which is in Fp. */
function isCube(field: Fp12Field, a: Fp12): boolean {
  let norm = a
  let image = a
  for (let k = 1; k < 12; k++) {
    image = field.frobenius(image)
    norm = field.mul(norm, image)
  }
  return power(norm.even[0]!, (field.p - 1n) / 3n, field.p) === 1n
}
