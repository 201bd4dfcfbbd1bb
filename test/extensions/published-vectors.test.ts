/** Published figures of curves (SEC 2, RFC 6979, EIP-196) computed by guests of curve and modular instructions, natively and interpreted. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { configOf } from '../../src/extensions/config.ts'
import { guestAbi } from '../../src/extensions/registry.ts'
import { encode } from '../../src/isa/encoding.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { DATA, artifactOf, engines, TEXT, useRvr, widths } from '../run/support.ts'

const hex = (text: string): bigint => BigInt(`0x${text.replaceAll(/\s/g, '')}`)

const P256 = {
  p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
  n: hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
}
const SECP256K1 = {
  p: 2n ** 256n - 2n ** 32n - 977n,
  n: hex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
}
const BN254 = {
  p: hex('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47'),
  n: hex('30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001'),
}
const curve = (name: string, { p, n }: typeof P256, a: bigint, b: bigint): object => ({
  struct_name: name,
  modulus: `${p}`,
  scalar: `${n}`,
  a: `${a}`,
  b: `${b}`,
})
const config = {
  app_vm_config: {
    modular: { supported_moduli: [`${P256.n}`] },
    ecc: {
      supported_curves: [
        curve('P256', P256, P256.p - 3n, hex('5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b')),
        curve('Secp256k1', SECP256K1, 0n, 7n),
        curve('Bn254', BN254, 0n, 3n),
      ],
    },
  },
}
const rows = new Map(
  (await guestAbi({ name: 'openvm', config: configOf(config, 'test') })).extensions
    .flatMap(extension => extension.rows)
    .map(row => [row.name, row]),
)

type Value = readonly bigint[]
/** An operation on slots of 64 bytes: `result = operation(first, second)`. */
type Step = readonly [operation: string, result: number, first: number, second: number]

const SLOT = 64
const A0 = 10
const A1 = 11
const A2 = 12

function guestOf(xlen: Xlen, values: readonly Value[], steps: readonly Step[], slots: number): Uint8Array {
  const code = assembler(xlen, TEXT)
  const point = (register: number, slot: number): void => {
    code.li(register, DATA + slot * SLOT)
  }
  for (const [operation, result, first, second] of steps) {
    point(A0, result)
    point(A1, first)
    point(A2, second)
    code.word(encode(rows.get(operation)!, { rd: A0, rs1: A1, rs2: A2 }))
  }
  code.op('terminate')
  const data = new Uint8Array(slots * SLOT)
  for (const [slot, words] of values.entries())
    for (const [half, value] of words.entries())
      data.set(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse(), slot * SLOT + half * 32)
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: DATA, bytes: data, flags: 6 },
    ],
  })
}

/** Steps that leave scalar · base in `result`; two slots more are used behind it. */
function multiply(name: string, scalar: bigint, base: number, result: number): Step[] {
  // From the highest bit down: the first one is the base itself, so no intermediate point is the identity.
  const bits = scalar.toString(2).slice(1)
  const steps: Step[] = []
  let at = base
  for (const bit of bits) {
    steps.push([`${name}_double`, result, at, at])
    at = result
    if (bit === '1') steps.push([`${name}_add_ne`, result, result, base])
  }
  return steps
}

interface Case {
  readonly title: string
  readonly values: readonly Value[]
  readonly steps: readonly Step[]
  /** Slot of the result, and what it holds. */
  readonly slot: number
  readonly expected: Value
}

const G_P256 = [
  hex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  hex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
]
const G_SECP256K1 = [
  hex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'),
  hex('483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'),
]

/** RFC 6979, A.2.5: curve P-256, SHA-256, message "sample". */
const rfc6979 = {
  hash: hex(createHash('sha256').update('sample').digest('hex')),
  key: [
    hex('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6'),
    hex('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'),
  ],
  k: hex('a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60'),
  x: hex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'),
  r: hex('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716'),
  s: hex('f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'),
}

const cases: readonly Case[] = [
  {
    title: 'SEC 2, secp256k1: 2G',
    values: [G_SECP256K1],
    steps: [['ecc_1_double', 1, 0, 0]],
    slot: 1,
    expected: [
      hex('c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5'),
      hex('1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a'),
    ],
  },
  {
    title: 'SEC 2, secp256k1: 3G',
    values: [G_SECP256K1],
    steps: [
      ['ecc_1_double', 1, 0, 0],
      ['ecc_1_add_ne', 1, 1, 0],
    ],
    slot: 1,
    expected: [
      hex('f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9'),
      hex('388f7b0f632de8140fe337e62a37f3566500a99934c2231b6cb9fd7584b8e672'),
    ],
  },
  {
    title: 'EIP-196: (1, 2) + (1, 2)',
    values: [[1n, 2n]],
    steps: [['ecc_2_double', 1, 0, 0]],
    slot: 1,
    expected: [
      hex('030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3'),
      hex('15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4'),
    ],
  },
  {
    title: 'EIP-196: chfast1',
    values: [
      [
        hex('18b18acfb4c2c30276db5411368e7185b311dd124691610c5d3b74034e093dc9'),
        hex('063c909c4720840cb5134cb9f59fa749755796819658d32efc0d288198f37266'),
      ],
      [
        hex('07c2b7f58a84bd6145f00c9c2bc0bb1a187f20ff2c92963a88019e7c6a014eed'),
        hex('06614e20c147e940f2d70da3f74c9a17df361706a4485c742bd6788478fa17d7'),
      ],
    ],
    steps: [['ecc_2_add_ne', 2, 0, 1]],
    slot: 2,
    expected: [
      hex('2243525c5efd4b9c3d3c45ac0ca3fe4dd85e830a4ce6b65fa1eeaee202839703'),
      hex('301d1d33be6da8e509df21cc35964723180eed7532537db9ae5e7d48f195c915'),
    ],
  },
  {
    title: 'RFC 6979 A.2.5: the public key',
    values: [G_P256],
    steps: multiply('ecc_0', rfc6979.x, 0, 1),
    slot: 1,
    expected: rfc6979.key,
  },
  {
    title: 'RFC 6979 A.2.5: r',
    values: [G_P256],
    steps: multiply('ecc_0', rfc6979.k, 0, 1),
    slot: 1,
    expected: [rfc6979.r],
  },
  {
    // s = (hash + x · r) / k
    title: 'RFC 6979 A.2.5: s',
    values: [[rfc6979.x], [rfc6979.r], [rfc6979.hash], [rfc6979.k]],
    steps: [
      ['modular_0_mul', 4, 0, 1],
      ['modular_0_add', 4, 4, 2],
      ['modular_0_div', 4, 4, 3],
    ],
    slot: 4,
    expected: [rfc6979.s],
  },
]

describe.each(widths)('RV%i', xlen => {
  const host = useRvr('shared', 'quick')

  test.each(cases)('$title', async ({ values, steps, slot, expected }) => {
    const guest = await host.rvr.load(guestOf(xlen, values, steps, slot + 1), { config })
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'pure', engine)
      using run = await artifact.execute()
      expect(run.outcome, run.trap?.message).toBe('terminated')
      const found = expected.map((_, half) =>
        BigInt(
          `0x${Buffer.from(run.memory.read(DATA + slot * SLOT + half * 32, 32))
            .reverse()
            .toString('hex')}`,
        ),
      )
      expect(found, engine).toEqual(expected)
    }
  })
})
