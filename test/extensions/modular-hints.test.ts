/** HintNonQr and HintSqrt: layout of the stream, roots that are roots, the choice of non-residues; a refused hint changes nothing. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import type { HostOutcome, HostState } from '../../src/extensions/abi.ts'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { modular } from '../../src/extensions/modular/extension.ts'
import { isPrime, nonResidues, squareRoot } from '../../src/extensions/modular/square-root.ts'
import { createHart } from '../../src/program/hart.ts'
import type { Instr } from '../../src/isa/row.ts'
import { randomSource } from '../support/random.ts'
import { composites, primes } from './modular-moduli.ts'

const random = randomSource(23)
const AT = 0x1003

function power(x: bigint, e: bigint, p: bigint): bigint {
  let result = 1n
  for (let base = x % p; e > 0n; e >>= 1n, base = (base * base) % p) if (e & 1n) result = (result * base) % p
  return result
}

/** Runs one hint of a guest with this modulus: the outcome and the host state. */
function hint(
  p: bigint,
  name: 'hint_nonqr' | 'hint_sqrt',
  xlen: 32 | 64,
  x = 0n,
  address = BigInt(AT),
): { outcome: HostOutcome; host: HostState } {
  const extension = modular.create({ supported_moduli: [p.toString()] })
  const row = extension.rows.find(candidate => candidate.name === `modular_0_${name}`)!
  const hart = createHart(xlen, new Uint8Array(0x2000))
  const bytes = fieldBytes(p)
  writeInteger(x, hart.memory.subarray(AT, AT + bytes))
  hart.x[11] = address
  const host: HostState = {
    inputs: [],
    hints: Uint8Array.of(1, 2, 3),
    hintPosition: 2,
    publicValues: new Uint8Array(),
    random: { seed: 0n, drawn: 0n },
  }
  const instr: Instr = { pc: 0x400, size: 4, word: 0, row, rd: 0, rs1: 11, rs2: 0, imm: 0 }
  return { outcome: extension.handlers![row.name]!(instr, hart, host, () => {}), host }
}

test('Miller and Rabin tell the primes', () => {
  for (const p of Object.values(primes)) expect(isPrime(p)).toBe(true)
  for (const n of Object.values(composites)) expect(isPrime(n)).toBe(false)
  const small = Array.from({ length: 1000 }, (_, index) => 2 * index + 3)
  for (const n of small) expect(isPrime(BigInt(n))).toBe(!small.some(divisor => divisor < n && n % divisor === 0))
  expect(isPrime(3215031751n)).toBe(false)
})

test('non-residues are those that OpenVM draws', () => {
  const first = (name: string): string => nonResidues([primes[name]!])[0]!.toString(16)
  expect(first('BN254 r')).toBe('231b034687a3d0960233da1873e218fad5f6bbfd6c63a4d038c6ba61167e10e2')
  expect(first('secp256k1 n')).toBe('5f15ae2ea589007e1474e049bbc32904d583265f12ce1f8153f955076a9af49d')
  expect(first('P-256 n')).toBe('be2613412fe80b611969dea02c9f623a798cfaac3428e82cc0e37ad279f86407')
  expect(first('BLS12-381 r')).toBe('2f8ad717a589007e1474e049bbc32904d583265f12ce1f8153f955076a9af49d')
  expect(first('secp256k1 p')).toBe((primes['secp256k1 p']! - 1n).toString(16))
  expect(first('2^255 - 19')).toBe('2')
  const all = nonResidues([...Object.values(primes), 9n])
  for (const [index, p] of Object.values(primes).entries()) expect(power(all[index]!, (p - 1n) / 2n, p)).toBe(p - 1n)
  expect(all.at(-1)).toBeUndefined()
  // One generator for the whole list: the second draw differs from the first.
  const twice = nonResidues([primes['secp256k1 n']!, 7n, primes['secp256k1 n']!])
  expect(twice[2]).not.toBe(twice[0])
})

test.each([17n, 41n, 73n, 97n, 193n, 257n, 13n, 29n, 7n, 11n, 3n, 5n])(
  'all numbers modulo %i have the root that they should',
  p => {
    const [other] = nonResidues([p])
    const squares = new Set(Array.from({ length: Number(p) }, (_, index) => BigInt(index) ** 2n % p))
    for (let x = 0n; x < 2n * p; x++) {
      const root = squareRoot(x, p, other!)
      expect(root !== undefined).toBe(squares.has(x % p))
      if (root !== undefined) expect((root * root - x) % p).toBe(0n)
    }
  },
)

describe.each([32, 64] as const)('RV%i', xlen => {
  const W = xlen / 8

  test.each(Object.entries(primes))('hints modulo %s', (_, p) => {
    const bytes = fieldBytes(p)
    const { outcome, host } = hint(p, 'hint_nonqr', xlen)
    expect(outcome.type).toBe('continue')
    expect(host.hints).toHaveLength(bytes)
    expect(host.hintPosition).toBe(0)
    const other = readInteger(host.hints)
    expect(power(other, (p - 1n) / 2n, p)).toBe(p - 1n)
    const some = (): bigint =>
      Array.from({ length: bytes / 4 }, () => BigInt(random(2 ** 32))).reduce(
        (value, word) => (value << 32n) | word,
        0n,
      )
    for (const x of [
      0n,
      1n,
      2n,
      p - 1n,
      p,
      p + 1n,
      other,
      2n ** BigInt(8 * bytes) - 1n,
      ...Array.from({ length: 6 }, some),
    ].filter(value => value < 2n ** BigInt(8 * bytes))) {
      const answer = hint(p, 'hint_sqrt', xlen, x).host
      expect(answer.hints).toHaveLength(W + bytes)
      expect(answer.hintPosition).toBe(0)
      const flag = readInteger(answer.hints.subarray(0, W))
      const root = readInteger(answer.hints.subarray(W))
      expect(root).toBeLessThan(p)
      expect(flag).toBe(x % p === 0n || power(x, (p - 1n) / 2n, p) === 1n ? 1n : 0n)
      expect((root * root - (flag === 1n ? x : x * other)) % p).toBe(0n)
    }
  })

  test('a composite modulus and an address outside of memory are refused, and nothing has changed', () => {
    const unchanged = { hints: Uint8Array.of(1, 2, 3), hintPosition: 2 }
    for (const name of ['hint_nonqr', 'hint_sqrt'] as const) {
      const { outcome, host } = hint(9n, name, xlen, 4n)
      expect(outcome).toMatchObject({ type: 'trap', trap: { kind: 'operand-invalid', pc: 0x400 } })
      expect(host).toMatchObject(unchanged)
    }
    for (const address of [BigInt(MEMORY_BYTES) - 31n, 2n ** BigInt(xlen) - 1n]) {
      const { outcome, host } = hint(17n, 'hint_sqrt', xlen, 4n, address)
      expect(outcome).toMatchObject({ type: 'trap', trap: { kind: 'load-outside', pc: 0x400, address } })
      expect(host).toMatchObject(unchanged)
    }
  })
})
