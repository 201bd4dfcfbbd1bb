/** Moduli that the tests of modular arithmetic share: curves' fields and orders, and shapes that arithmetic could stumble over. */

export const primes: Readonly<Record<string, bigint>> = {
  'secp256k1 p': 2n ** 256n - 2n ** 32n - 977n,
  'secp256k1 n': 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  'P-256 p': 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  'P-256 n': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'BN254 p': 21888242871839275222246405745257275088696311157297823662689037894645226208583n,
  'BN254 r': 21888242871839275222246405745257275088548364400416034343698204186575808495617n,
  'BLS12-381 q': 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
  'BLS12-381 r': 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
  '2^255 - 19': 2n ** 255n - 19n,
  'P-384 p': 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
  '2^384 - 317': 2n ** 384n - 317n,
  '2^61 - 1': 2n ** 61n - 1n,
  '17': 17n,
  '5': 5n,
  '3': 3n,
}

export const composites: Readonly<Record<string, bigint>> = {
  '9': 9n,
  '15 · (2^61 - 1)': 15n * (2n ** 61n - 1n),
  '2^256 - 1': 2n ** 256n - 1n,
  '2^255 + 1': 2n ** 255n + 1n,
  '2^256 + 1': 2n ** 256n + 1n,
  '2^384 - 1': 2n ** 384n - 1n,
}
