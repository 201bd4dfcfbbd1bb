/** Affine points of y² = x³ + a·x + b on BigInts, by the formulas of the instructions: no point at infinity. */
import { inverse, residue } from '../field/residues.ts'

/** The numbers that make a curve. */
export interface Curve {
  readonly modulus: bigint
  /** Order of the guest's group; the instructions do not use it, nor b. */
  readonly scalar: bigint
  readonly a: bigint
  readonly b: bigint
}

/** Coordinates below the modulus. */
export interface Point {
  readonly x: bigint
  readonly y: bigint
}

/** Has the curve no singular point? */
export const isSmooth = ({ modulus, a, b }: Curve): boolean => residue(4n * a ** 3n + 27n * b ** 2n, modulus) !== 0n

/** The third point of the line with this slope through two points, mirrored. */
export function throughLine({ modulus }: Curve, slope: bigint, p: Point, otherX: bigint): Point {
  const x = residue(slope * slope - p.x - otherX, modulus)
  return { x, y: residue(slope * (p.x - x) - p.y, modulus) }
}

/** p + q; undefined where their x do not differ by a number that has an inverse. */
export function addDifferent(curve: Curve, p: Point, q: Point): Point | undefined {
  const divisor = inverse(q.x - p.x, curve.modulus)
  return divisor === undefined ? undefined : throughLine(curve, ((q.y - p.y) * divisor) % curve.modulus, p, q.x)
}

/** 2p; undefined where y has no inverse. */
export function double(curve: Curve, p: Point): Point | undefined {
  const divisor = inverse(2n * p.y, curve.modulus)
  return divisor === undefined
    ? undefined
    : throughLine(curve, ((3n * p.x * p.x + curve.a) * divisor) % curve.modulus, p, p.x)
}
