/** The cases of modular arithmetic and 256-bit integers. */
import { int256 } from '../../../src/extensions/int256/extension.ts'
import { modular } from '../../../src/extensions/modular/extension.ts'
import type { CryptoCase, Rival } from './cases.ts'

const gmp: Rival = { name: 'GMP', header: 'gmp.h', flags: ['-lgmp'] }

/** In the order of the numbers in the operations' names: secp256k1's field and order, BLS12-381's field. */
const MODULI = [
  2n ** 256n - 2n ** 32n - 977n,
  0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
]

export function fieldCases(): CryptoCase[] {
  const extension = modular.create({ supported_moduli: MODULI.map(String) })
  return [
    { operation: 'modular_0_mul', extension, harness: 'modular-0-mul.c', rival: gmp },
    { operation: 'modular_0_div', extension, harness: 'modular-0-div.c', rival: gmp },
    { operation: 'modular_1_mul', extension, harness: 'modular-1-mul.c', rival: gmp },
    { operation: 'modular_2_mul', extension, harness: 'modular-2-mul.c', rival: gmp },
    { operation: 'int256_mul', extension: int256.create({}), harness: 'int256.c' },
  ]
}
