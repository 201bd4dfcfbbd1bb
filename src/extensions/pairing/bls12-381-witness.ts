/** BLS12-381: a witness that a Miller loop's output is a residue, in place of the final exponentiation. */
import { inverse, residue } from '../field/residues.ts'
import { bls12381 } from './curves.ts'
import { FP12_ONE, type Fp12, type Fp12Field } from './fp12.ts'

/** A factor of (p¹² − 1)/r that shares factors with λ, as 27 does. */
const COFACTOR = (1n - bls12381.x) / 3n

/** Exponents, with n = p¹² − 1 = r · 27 · COFACTOR · free. */
function exponents(order: bigint): { readonly free: bigint; readonly tail: bigint; readonly root: bigint } {
  const free = order / (bls12381.r * 27n * COFACTOR)
  return { free, tail: inverse(27n * free, COFACTOR)!, root: inverse(residue(bls12381.p - bls12381.x, free), free)! }
}

let known: ReturnType<typeof exponents> | undefined

/**
 * c and s with f·s = c^(p − x), if f comes from pairings whose product is 1; anything otherwise. Undefined for f = 0.
 */
export function witnessBls12381(field: Fp12Field, f: Fp12): [c: Fp12, s: Fp12] | undefined {
  const { mul, equal, power, order } = field
  const { free, tail, root } = (known ??= exponents(order))
  const g = power(f, free)
  const t = power(g, 27n)
  const [cofactorPart, order27] = [field.inverse(power(t, tail)), power(g, COFACTOR)]
  const tenth = field.inverse(power(order27, 10n))
  if (cofactorPart === undefined || tenth === undefined) return undefined
  const s = mul(cofactorPart, equal(power(order27, 27n), FP12_ONE) ? tenth : FP12_ONE)
  return [power(mul(f, s), root), s]
}
