/** The two pairing-friendly curves: parameters as data, everything else follows from them. */

export interface PairingCurve {
  readonly name: 'Bn254' | 'Bls12_381'
  /** Number in the instruction's funct7: fixed, whatever else a guest supports. */
  readonly index: number
  /** Bytes of a coordinate. */
  readonly bytes: number
  readonly p: bigint
  /** Order of the groups. */
  readonly r: bigint
  /** The curve family's parameter x. */
  readonly x: bigint
  /** Fp12 = Fp2[w] / (w⁶ − ξ) with ξ = xi + u. */
  readonly xi: bigint
  /** `D`: the twist divides by ξ, so a line is 1 + b·w + c·w³ · `M`: it multiplies, a line is c + b·w² + w³. */
  readonly twist: 'D' | 'M'
  /** Signed digits of the Miller loop, least significant first. */
  readonly digits: readonly number[]
}

const BN_X = 0x44e992b44a6909f1n
const BLS_X = -0xd201000000010000n

export const bn254: PairingCurve = {
  name: 'Bn254',
  index: 0,
  bytes: 32,
  p: 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
  r: 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n,
  x: BN_X,
  xi: 9n,
  twist: 'D',
  // 6x + 2 with the digits that guests use: another form of the same number would give other lines.
  digits: [
    0, 0, 0, 1, 0, 1, 0, -1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0, 1, 0, -1,
    0, 0, 1, 0, 0, 0, 0, 0, -1, 0, 0, -1, 0, 1, 0, -1, 0, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 1,
  ],
}

export const bls12381: PairingCurve = {
  name: 'Bls12_381',
  index: 1,
  bytes: 48,
  p: 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
  r: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
  x: BLS_X,
  xi: 1n,
  twist: 'M',
  // |x| in binary; the loop's end accounts for the sign.
  digits: [...(-BLS_X).toString(2)].map(Number).toReversed(),
}

export const pairingCurves: readonly PairingCurve[] = [bn254, bls12381]
