/** The extension pairing: the Miller loop and its witnesses against another implementation's arithmetic, the instruction on guest memory. */
import { bls12_381 as nobleBls12381 } from '@noble/curves/bls12-381.js'
import { bn254 as nobleBn254 } from '@noble/curves/bn254.js'
import { describe, expect, it, test } from 'vitest'
import { readInteger } from '../../src/extensions/field/little-endian.ts'
import { witnessBls12381 } from '../../src/extensions/pairing/bls12-381-witness.ts'
import { lambdaOf, witnessBn254 } from '../../src/extensions/pairing/bn254-witness.ts'
import { bls12381, bn254 } from '../../src/extensions/pairing/curves.ts'
import { coefficients, FP12_ONE, fp12Field, fromCoefficients, type Fp12 } from '../../src/extensions/pairing/fp12.ts'
import { millerLoop, type PointPair } from '../../src/extensions/pairing/miller-loop.ts'
import { randomSource } from '../support/random.ts'
import { bls12381Vectors, bn254Vectors } from './pairing-vectors.ts'

const suites = [
  { curve: bn254, noble: nobleBn254, vectors: bn254Vectors, witness: witnessBn254, lambda: lambdaOf(bn254) },
  {
    curve: bls12381,
    noble: nobleBls12381,
    vectors: bls12381Vectors,
    witness: witnessBls12381,
    lambda: bls12381.p - bls12381.x,
  },
]

const random = randomSource(41)
const randomScalar = (): bigint => BigInt(1 + random(2 ** 32 - 1)) * BigInt(1 + random(2 ** 32 - 1))

test('the digits of the Miller loops are their numbers', () => {
  const sum = (digits: readonly number[]): bigint =>
    digits.reduce((total, digit, at) => total + BigInt(digit) * 2n ** BigInt(at), 0n)
  expect(sum(bn254.digits)).toBe(6n * bn254.x + 2n)
  expect(sum(bls12381.digits)).toBe(-bls12381.x)
})

describe.each(suites)('$curve.name', ({ curve, noble, vectors, witness, lambda }) => {
  const { Fp12 } = noble.fields
  const field = fp12Field(curve.p, curve.xi)
  const G1 = noble.G1.Point.BASE
  const G2 = noble.G2.Point.BASE
  const pairOf = (p: typeof G1, q: typeof G2): PointPair => {
    const a = p.toAffine()
    const b = q.toAffine()
    return { g1: { x: a.x, y: a.y }, g2: { x: [b.x.c0, b.x.c1], y: [b.y.c0, b.y.c1] } }
  }
  /** The same element in the other implementation's tower, which is this one's. */
  const theirs = (a: Fp12) =>
    Fp12.fromBigTwelve([...a.even, ...a.odd].map(x => ((x % curve.p) + curve.p) % curve.p) as never)
  const holds = (f: Fp12, [c, u]: readonly [Fp12, Fp12]): boolean =>
    Fp12.eql(Fp12.mul(theirs(f), theirs(u)), Fp12.pow(theirs(c), lambda))
  const randomElement = (): Fp12 =>
    fromCoefficients(
      Array.from({ length: 6 }, () => [randomScalar() ** 6n % curve.p, randomScalar() ** 6n % curve.p] as const),
    )

  it("has the other implementation's arithmetic", () => {
    for (let round = 0; round < 5; round++) {
      const a = randomElement()
      const b = randomElement()
      expect(Fp12.eql(theirs(field.mul(a, b)), Fp12.mul(theirs(a), theirs(b)))).toBe(true)
      expect(Fp12.eql(theirs(field.square(a)), Fp12.sqr(theirs(a)))).toBe(true)
      expect(Fp12.eql(theirs(field.inverse(a)!), Fp12.inv(theirs(a)))).toBe(true)
      expect(Fp12.eql(theirs(field.frobenius(a)), Fp12.frobeniusMap(theirs(a), 1))).toBe(true)
      const e = randomScalar() ** 20n
      expect(Fp12.eql(theirs(field.power(a, e)), Fp12.pow(theirs(a), e))).toBe(true)
    }
    expect(field.equal(field.power(randomElement(), 0n), FP12_ONE)).toBe(true)
    expect(field.inverse(fromCoefficients(Array.from({ length: 6 }, () => [curve.p, 0n] as const)))).toBe(undefined)
    expect(
      coefficients(
        fromCoefficients([
          [0n, 1n],
          [2n, 3n],
          [4n, 5n],
          [6n, 7n],
          [8n, 9n],
          [10n, 11n],
        ]),
      ).flat(),
    ).toEqual(Array.from({ length: 12 }, (_, at) => BigInt(at)))
  })

  it("computes the other implementation's pairing, up to the final exponentiation", () => {
    for (let round = 0; round < 3; round++) {
      const p = G1.multiply(randomScalar())
      const q = G2.multiply(randomScalar())
      expect(
        Fp12.eql(Fp12.finalExponentiate(theirs(millerLoop(curve, field, [pairOf(p, q)]))), noble.pairing(p, q)),
      ).toBe(true)
    }
  })

  it('gives witnesses that hold for products of 1, whatever correction they need', () => {
    const corrections = new Set<string>()
    for (let round = 0; round < 8; round++) {
      const a = randomScalar()
      const b = randomScalar()
      const pairs = [pairOf(G1.multiply(a), G2.multiply(b)), pairOf(G1.multiply(a * b).negate(), G2)]
      const f = millerLoop(curve, field, pairs)
      const [c, u] = witness(field, f)!
      expect(holds(f, [c, u])).toBe(true)
      // Guests for BLS12-381 take a companion from Fp6 alone.
      if (curve === bls12381) expect(u.odd.every(x => x % curve.p === 0n)).toBe(true)
      corrections.add(Fp12.toBytes(theirs(u)).join())
    }
    expect(corrections.size).toBeGreaterThan(1)
  })

  it.each(vectors)('$name: the witness holds exactly when the product is 1', ({ pairs, one }) => {
    const f = millerLoop(curve, field, pairs)
    expect(Fp12.eql(Fp12.finalExponentiate(theirs(f)), Fp12.ONE)).toBe(one)
    expect(holds(f, witness(field, f)!)).toBe(one)
  })

  it('has a witness for no pairs, and for a loop that ends in 1', () => {
    const f = millerLoop(curve, field, [])
    expect(field.equal(f, FP12_ONE)).toBe(true)
    expect(holds(f, witness(field, f)!)).toBe(true)
  })
})

test('numbers are read and written little-endian', () => {
  expect(readInteger(Uint8Array.of(1, 2, 3))).toBe(0x030201n)
  expect(readInteger(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2, 3))).toBe(0x0302_0000_0000_0000_0001n)
})
