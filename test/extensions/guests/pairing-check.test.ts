/** The guest pairing-check: EIP-197 and EIP-2537 inputs, by the host's hint and without, on points that noble makes. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Rvr } from '../../../src/index.ts'
import { useRvr } from '../../run/support.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { bigEndian, fromLittleEndian, heldAt, loadGuest, runModes } from './support.ts'

const NOT_ONE = 0n
const ONE = 1n
const INVALID = 2n
const AT_ONCE = 0n
const BY_HINT = 1n
const BY_EXPONENT = 2n

type Curve = 'bn254' | 'bls12-381'
type Bn254Pair = readonly [typeof bn254.G1.Point.BASE, typeof bn254.G2.Point.BASE]
type BlsPair = readonly [typeof bls12_381.G1.Point.BASE, typeof bls12_381.G2.Point.BASE]

/** Imaginary part first, 32 bytes a number. */
function encodeBn254([p, q]: Bn254Pair): Uint8Array {
  const a = p.toAffine()
  const b = q.toAffine()
  return Buffer.concat([a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0].map(value => bigEndian(value, 32)))
}

/** Real part first, 64 bytes a number. */
function encodeBls([p, q]: BlsPair): Uint8Array {
  const a = p.toAffine()
  const b = q.toAffine()
  return Buffer.concat([a.x, a.y, b.x.c0, b.x.c1, b.y.c0, b.y.c1].map(value => bigEndian(value, 64)))
}

async function check(
  holder: { readonly rvr: Rvr },
  xlen: Xlen,
  curve: Curve,
  pairs: readonly Uint8Array[],
  hinted: boolean,
  inModes: readonly string[],
): Promise<readonly bigint[]> {
  const guest = await loadGuest(holder.rvr, 'pairing-check', xlen)
  const inputs = [Uint8Array.of(curve === 'bn254' ? 0 : 1, hinted ? 1 : 0), Buffer.concat(pairs)]
  return await runModes(
    guest,
    { inputs },
    ({ run }) => {
      expect(run.outcome, run.trap?.message).toBe('terminated')
      expect(run.exitCode).toBe(0)
      const [status, count, decision] = [0, 8, 16].map(at => fromLittleEndian(run.publicValues.subarray(at, at + 8)))
      expect(count).toBe(BigInt(pairs.length))
      return [status!, decision!]
    },
    inModes,
    heldAt(xlen, 32),
  )
}

const G1 = bn254.G1.Point.BASE
const G2 = bn254.G2.Point.BASE
const H1 = bls12_381.G1.Point.BASE
const H2 = bls12_381.G2.Point.BASE

/** Test data of EIP-197 ("jeff1" of the precompiled contract's tests): two pairs whose product is 1. */
const eip197 = `1c76476f4def4bb94541d57ebba1193381ffa7aa76ada664dd31c16024c43f593034dd2920f673e204fee2811c678745fc819b55d3e9d294e45c9b03a76aef41
209dd15ebff5d46c4bd888e51a93cf99a7329636c63514396b4a452003a35bf704bf11ca01483bfa8b34b43561848d28905960114c8ac04049af4b6315a41678
2bb8324af6cfc93537a2ad1a445cfd0ca2a71acd7ac41fadbf933c2a51be344d120a2a4cf30c1bf9845f20c6fe39e07ea2cce61f0c9bb048165fe5e4de877550
111e129f1cf1097710d41c4ac70fcdfa5ba2023c6ff1cbeac322de49d1b6df7c2032c61a830e3c17286de9462bf242fca2883585b93870a73853face6a6bf411
198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed
090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa`
const known = Buffer.from(eip197.replaceAll('\n', ''), 'hex')
const knownPairs = [known.subarray(0, 192), known.subarray(192)]

const balanced = [
  encodeBn254([G1.multiply(6n), G2.multiply(7n)]),
  encodeBn254([G1.multiply(14n).negate(), G2.multiply(3n)]),
]
const unbalanced = [balanced[0]!, encodeBn254([G1.multiply(14n).negate(), G2.multiply(4n)])]
const nothing = new Uint8Array(192)
const without = (pair: Uint8Array, from: number, to: number): Uint8Array =>
  pair.map((byte, index) => (index >= from && index < to ? 0 : byte))
const changed = (pair: Uint8Array, at: number): Uint8Array =>
  pair.map((byte, index) => (index === at ? byte ^ 1 : byte))

/** On the twisted curve, but of another order: noble takes points without asking for their group. */
function outsideOfGroup(): Uint8Array {
  const { Fp2 } = bn254.fields
  const { b } = bn254.G2.Point.CURVE()
  for (let real = 1n; ; real++) {
    const x = { c0: real, c1: 1n }
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b))
      const point = bn254.G2.Point.fromAffine({ x, y })
      if (!point.isTorsionFree()) return encodeBn254([G1, point])
    } catch {
      continue
    }
  }
}

/** One mode for each width: native code of this guest takes long to compile. */
describe.each([
  [32, ['metered-cost']],
  [64, ['pure']],
] as const)('RV%i', (xlen, inModes) => {
  // One width is optimised by `make exhaustive`; the cases are shared by the widths, since exponentiation takes long.
  const holder = useRvr('shared', isExhaustive && xlen === 64 ? undefined : 'quick')
  const turn = xlen / 32

  test('known vectors, by hint and by full exponentiation', async () => {
    const vectors = [
      [knownPairs, true, [ONE, BY_HINT]],
      [knownPairs, false, [ONE, BY_EXPONENT]],
      [[knownPairs[0]!], true, [NOT_ONE, BY_EXPONENT]],
    ] as const
    for (const [pairs, hinted, wanted] of sample(vectors, turn))
      expect(await check(holder, xlen, 'bn254', pairs, hinted, inModes)).toEqual(wanted)
  })

  const ofBn254: readonly [string, readonly Uint8Array[], bigint, bigint][] = [
    ['no pairs', [], ONE, AT_ONCE],
    ['points at infinity', [nothing, without(balanced[0]!, 0, 64), without(balanced[1]!, 64, 192)], ONE, AT_ONCE],
    ['a product of 1', balanced, ONE, BY_HINT],
    ['a product of 1, with points at infinity', [nothing, ...balanced, without(balanced[0]!, 0, 64)], ONE, BY_HINT],
    ['another product', unbalanced, NOT_ONE, BY_EXPONENT],
    ['a point off the curve', [balanced[0]!, changed(balanced[1]!, 63)], INVALID, AT_ONCE],
    ['a point off the twisted curve', [balanced[0]!, changed(balanced[1]!, 191)], INVALID, AT_ONCE],
    ['a point beside a point at infinity', [without(changed(balanced[1]!, 191), 0, 64)], INVALID, AT_ONCE],
    [
      'a coordinate that is not below the modulus',
      [Buffer.concat([bigEndian(bn254.fields.Fp.ORDER + 1n, 32), bigEndian(2n, 32), balanced[0]!.subarray(64)])],
      INVALID,
      AT_ONCE,
    ],
    ['a point of another group', [outsideOfGroup()], INVALID, AT_ONCE],
  ]
  test.each(sample(ofBn254, turn))('BN254: %s', async (_name, pairs, status, decision) => {
    expect(await check(holder, xlen, 'bn254', pairs, true, inModes)).toEqual([status, decision])
  })

  const ofBls: readonly [string, readonly BlsPair[], bigint, bigint][] = [
    [
      'a product of 1',
      [
        [H1.multiply(6n), H2.multiply(7n)],
        [H1.multiply(14n).negate(), H2.multiply(3n)],
      ],
      ONE,
      BY_HINT,
    ],
    [
      'another product',
      [
        [H1.multiply(6n), H2.multiply(7n)],
        [H1.multiply(14n), H2.multiply(3n)],
      ],
      NOT_ONE,
      BY_EXPONENT,
    ],
  ]
  test.each(sample(ofBls, turn))('BLS12-381: %s', async (_name, pairs, status, decision) => {
    expect(await check(holder, xlen, 'bls12-381', pairs.map(encodeBls), true, inModes)).toEqual([status, decision])
    if (status === ONE)
      expect(await check(holder, xlen, 'bls12-381', pairs.map(encodeBls), false, inModes)).toEqual([ONE, BY_EXPONENT])
  })
})
