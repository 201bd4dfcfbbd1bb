/** Arithmetic of Fp2 = Fp[u] / (u² + 1) on BigInts. */
import { inverse, residue } from '../field/residues.ts'

/** c0 + c1·u. Residues may be any integers; `canonical` gives those in [0, p). */
export type Fp2 = readonly [c0: bigint, c1: bigint]

export const FP2_ZERO: Fp2 = [0n, 0n]
export const FP2_ONE: Fp2 = [1n, 0n]

export interface Fp2Field {
  readonly p: bigint
  canonical(a: Fp2): Fp2
  add(a: Fp2, b: Fp2): Fp2
  sub(a: Fp2, b: Fp2): Fp2
  mul(a: Fp2, b: Fp2): Fp2
  scale(a: Fp2, k: bigint): Fp2
  /** Undefined where the norm of `a` has no inverse. */
  inverse(a: Fp2): Fp2 | undefined
  power(a: Fp2, e: bigint): Fp2
}

/** a − b·u, which is a^p. */
export const conjugate = ([c0, c1]: Fp2): Fp2 => [c0, -c1]

/** The operations for one modulus. Results are reduced, but may be negative; see `canonical`. */
export function fp2Field(p: bigint): Fp2Field {
  const canonical = ([c0, c1]: Fp2): Fp2 => [residue(c0, p), residue(c1, p)]
  const mul = ([a0, a1]: Fp2, [b0, b1]: Fp2): Fp2 => [(a0 * b0 - a1 * b1) % p, (a0 * b1 + a1 * b0) % p]
  return {
    p,
    canonical,
    mul,
    add: ([a0, a1], [b0, b1]) => [(a0 + b0) % p, (a1 + b1) % p],
    sub: ([a0, a1], [b0, b1]) => [(a0 - b0) % p, (a1 - b1) % p],
    scale: ([c0, c1], k) => [(c0 * k) % p, (c1 * k) % p],
    inverse: ([c0, c1]) => {
      const norm = inverse(c0 * c0 + c1 * c1, p)
      return norm === undefined ? undefined : [(c0 * norm) % p, (-c1 * norm) % p]
    },
    power: (a, e) => {
      let result = FP2_ONE
      for (const bit of e.toString(2)) {
        result = mul(result, result)
        if (bit === '1') result = mul(result, a)
      }
      return canonical(result)
    },
  }
}
