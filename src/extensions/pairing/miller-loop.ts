/** The Miller loop over several pairs of points, without final exponentiation: the product that guests compute. */
import { inverse } from '../field/residues.ts'
import { conjugate, fp2Field, type Fp2 } from '../fp2/arithmetic.ts'
import type { PairingCurve } from './curves.ts'
import { conjugate12, FP12_ONE, type Fp12, type Fp12Field } from './fp12.ts'

/** A point of the curve over Fp. */
export interface G1 {
  readonly x: bigint
  readonly y: bigint
}

/** A point of the twist over Fp2. */
export interface G2 {
  readonly x: Fp2
  readonly y: Fp2
}

export interface PointPair {
  readonly g1: G1
  readonly g2: G2
}

/** A pair of points on which a slope or a line does not exist: no pair of points of the two groups is one. */
export class DegeneratePair extends Error {}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new DegeneratePair('a line through the points does not exist')
  return value
}

/**
 * All pairs side by side, so that they share the squarings of f.
 *
 * @throws DegeneratePair
 */
export function millerLoop(curve: PairingCurve, field: Fp12Field, pairs: readonly PointPair[]): Fp12 {
  const { p, xi, digits } = curve
  const { add, sub, mul, scale, inverse: invert, power } = fp2Field(p)
  const negate = ({ x, y }: G2): G2 => ({ x, y: [-y[0], -y[1]] })

  let f = FP12_ONE
  /** One pair's running point: each step multiplies f by a line, as seen from the pair's point of G1. */
  class Walk {
    readonly q: G2
    s: G2
    readonly #yInverse: bigint
    readonly #xOverY: bigint

    constructor(g1: G1, g2: G2) {
      this.q = this.s = g2
      this.#yInverse = defined(inverse(g1.y, p))
      this.#xOverY = (g1.x * this.#yInverse) % p
    }

    /** Takes the line through s with the slope in question to the third point, and s to that point's mirror image. */
    #step(slope: Fp2, otherX: Fp2): void {
      const { x, y } = this.s
      const b = scale(slope, -this.#xOverY)
      const c = scale(sub(mul(slope, x), y), this.#yInverse)
      const line: Fp12 =
        curve.twist === 'D'
          ? { even: [1n, 0n, 0n, 0n, 0n, 0n], odd: [...b, ...c, 0n, 0n] }
          : { even: [...c, ...b, 0n, 0n], odd: [0n, 0n, 1n, 0n, 0n, 0n] }
      f = f === FP12_ONE ? line : field.mul(f, line)
      const nextX = sub(sub(mul(slope, slope), x), otherX)
      this.s = { x: nextX, y: sub(mul(slope, sub(x, nextX)), y) }
    }

    double(): void {
      const { x, y } = this.s
      this.#step(mul(scale(mul(x, x), 3n), defined(invert(add(y, y)))), x)
    }

    add(other: G2): void {
      const { x, y } = this.s
      this.#step(mul(sub(other.y, y), defined(invert(sub(other.x, x)))), other.x)
    }
  }

  const walks = pairs.map(({ g1, g2 }) => new Walk(g1, g2))
  const top = digits.length - 2
  for (let at = top; at >= 0; at--) {
    const digit = digits[at]!
    if (at !== top) f = field.square(f)
    for (const walk of walks) {
      if (digit === 0) {
        walk.double()
      } else if (at === top) {
        walk.double()
        walk.add(walk.q)
      } else {
        // 2s ± q as (s ± q) + s.
        const before = walk.s
        walk.add(digit > 0 ? walk.q : negate(walk.q))
        walk.add(before)
      }
    }
  }
  if (curve.twist === 'M') return conjugate12(f) // the loop ran over |x|, and x is negative
  // BN curves: two more lines, through the images of q under the Frobenius map and its square.
  const xiTo = (e: bigint): Fp2 => power([xi, 1n], e)
  for (const walk of walks) {
    const { x, y } = walk.q
    walk.add({ x: mul(conjugate(x), xiTo((p - 1n) / 3n)), y: mul(conjugate(y), xiTo((p - 1n) / 2n)) })
    walk.add({ x: mul(x, xiTo((p * p - 1n) / 3n)), y })
  }
  return f
}
