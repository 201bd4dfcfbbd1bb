/** The cases of curves and of fields Fp2. */
import { ecc } from '../../../src/extensions/ecc/extension.ts'
import { fp2 } from '../../../src/extensions/fp2/extension.ts'
import type { CryptoCase, Rival } from './cases.ts'

const libsecp256k1: Rival = { name: 'libsecp256k1', header: 'secp256k1.h', flags: ['-lsecp256k1'] }

const SECP256K1 = {
  struct_name: 'Secp256k1Point',
  modulus: '0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f',
  scalar: '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  a: '0',
  b: '7',
}
const BN254_MODULUS = '0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47'
const BLS12_381_MODULUS =
  '0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab'

export function curveCases(): CryptoCase[] {
  const curves = ecc.create({ supported_curves: [SECP256K1] })
  const fields = fp2.create({
    supported_moduli: [
      ['Bn254Fp2', BN254_MODULUS],
      ['Bls12_381Fp2', BLS12_381_MODULUS],
    ],
  })
  return [
    { operation: 'ecc_0_double', extension: curves, harness: 'ecc-0-double.c', rival: libsecp256k1 },
    { operation: 'fp2_0_mul', extension: fields, harness: 'fp2-0-mul.c' },
    { operation: 'fp2_1_mul', extension: fields, harness: 'fp2-1-mul.c' },
  ]
}
