/** HintFinalExp on guest memory: slices of points in, the hint stream out; what it refuses; encodings and configuration. */
import { describe, expect, it, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import type { HostState } from '../../src/extensions/abi.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { lambdaOf } from '../../src/extensions/pairing/bn254-witness.ts'
import { bls12381, bn254 } from '../../src/extensions/pairing/curves.ts'
import { pairing } from '../../src/extensions/pairing/extension.ts'
import { fp12Field, fromCoefficients, type Fp12 } from '../../src/extensions/pairing/fp12.ts'
import { millerLoop, type PointPair } from '../../src/extensions/pairing/miller-loop.ts'
import { createHart } from '../../src/program/hart.ts'
import { encode } from '../../src/isa/encoding.ts'
import { createDecoder } from '../../src/isa/table.ts'
import { bls12381Vectors, bn254Vectors } from './pairing-vectors.ts'

const memory = new Uint8Array(MEMORY_BYTES)
const extension = pairing.create({ supported_curves: ['Bn254', 'Bls12_381'] })
const HEADERS = 0x1001
const POINTS_1 = 0x2003
const POINTS_2 = 0x8005

const freshHost = (): HostState => ({
  inputs: [],
  hints: Uint8Array.of(9),
  hintPosition: 1,
  publicValues: new Uint8Array(),
  random: { seed: 0n, drawn: 0n },
})

describe.each([32, 64] as const)('RV%i', xlen => {
  const word = xlen / 8

  /** Executes the instruction of a curve on these pairs, after `change` has had its way with memory and registers. */
  function run(
    curve: typeof bn254,
    pairs: readonly PointPair[],
    change: (registers: BigUint64Array) => void = () => {},
  ) {
    const hart = createHart(xlen, memory)
    const put = (address: number, values: readonly bigint[], bytes: number): void => {
      for (const [at, value] of values.entries())
        writeInteger(value, memory.subarray(address + at * bytes, address + (at + 1) * bytes))
    }
    put(HEADERS, [BigInt(POINTS_1), BigInt(pairs.length), BigInt(POINTS_2), BigInt(pairs.length)], word)
    put(
      POINTS_1,
      pairs.flatMap(({ g1 }) => [g1.x, g1.y]),
      curve.bytes,
    )
    put(
      POINTS_2,
      pairs.flatMap(({ g2 }) => [...g2.x, ...g2.y]),
      curve.bytes,
    )
    hart.x[10] = BigInt(HEADERS)
    hart.x[11] = BigInt(HEADERS + 2 * word)
    change(hart.x)
    const host = freshHost()
    const row = extension.rows[curve.index]!
    const instr = createDecoder(xlen, [extension])(encode(row, { rs1: 10, rs2: 11 }), 0x200800)!
    const outcome = extension.handlers![row.name]!(instr, hart, host, () => {})
    if (outcome.type === 'trap') expect(host).toEqual(freshHost())
    return { outcome, host }
  }
  const trapKind = (...args: Parameters<typeof run>): string | undefined => {
    const { outcome } = run(...args)
    return outcome.type === 'trap' ? outcome.trap.kind : undefined
  }

  it.each([
    { curve: bn254, vectors: bn254Vectors, lambda: lambdaOf(bn254) },
    { curve: bls12381, vectors: bls12381Vectors, lambda: bls12381.p - bls12381.x },
  ])('$curve.name: the stream is c and its companion, as the guest checks them', ({ curve, vectors, lambda }) => {
    const field = fp12Field(curve.p, curve.xi)
    const { pairs } = vectors[0]!
    // Pairs with a point at infinity do not count.
    const more: PointPair[] = [
      ...pairs,
      { g1: { x: 0n, y: 0n }, g2: pairs[0]!.g2 },
      { g1: pairs[0]!.g1, g2: { x: [0n, 0n], y: [0n, 0n] } },
    ]
    const { outcome, host } = run(curve, more)
    expect(outcome).toEqual({ type: 'continue' })
    expect(host.hintPosition).toBe(0)
    expect(host.hints).toHaveLength(24 * curve.bytes)
    const read = (from: number): Fp12 =>
      fromCoefficients(
        Array.from({ length: 6 }, (_, k) => {
          const at = (from + 2 * k) * curve.bytes
          return [
            readInteger(host.hints.subarray(at, at + curve.bytes)),
            readInteger(host.hints.subarray(at + curve.bytes, at + 2 * curve.bytes)),
          ] as const
        }),
      )
    const c = read(0)
    const companion = read(12)
    for (const value of [...c.even, ...c.odd, ...companion.even, ...companion.odd]) expect(value < curve.p).toBe(true)
    expect(field.equal(field.mul(millerLoop(curve, field, pairs), companion), field.power(c, lambda))).toBe(true)
  })

  it('has a witness where all pairs contain a point at infinity', () => {
    const { outcome, host } = run(bn254, [{ g1: { x: 0n, y: 0n }, g2: bn254Vectors[0]!.pairs[0]!.g2 }])
    expect(outcome).toEqual({ type: 'continue' })
    expect(readInteger(host.hints)).toBe(1n + 2n ** BigInt(12 * 32 * 8))
  })

  it('traps on slices outside memory', () => {
    const { pairs } = bn254Vectors[0]!
    expect(
      trapKind(bn254, pairs, x => {
        x[10] = BigInt(MEMORY_BYTES - 2 * word + 1)
      }),
    ).toBe('load-outside')
    expect(
      trapKind(bn254, pairs, x => {
        x[11] = 0xffff_fff0n
      }),
    ).toBe('load-outside')
    const header = (at: number, value: number) => () =>
      writeInteger(BigInt(value), memory.subarray(HEADERS + at * word, HEADERS + (at + 1) * word))
    expect(trapKind(bn254, pairs, header(0, MEMORY_BYTES - 127))).toBe('load-outside')
    expect(trapKind(bn254, pairs, header(1, 2 ** 31))).toBe('load-outside')
    expect(trapKind(bn254, pairs, header(2, MEMORY_BYTES))).toBe('load-outside')
    expect(trapKind(bn254, pairs, header(3, 2 ** 31))).toBe('load-outside')
  })

  it('traps on what are no pairs of points', () => {
    const { pairs } = bn254Vectors[0]!
    const [first, second] = pairs as [PointPair, PointPair]
    const count = (at: number, value: number) => () =>
      writeInteger(BigInt(value), memory.subarray(HEADERS + at * word, HEADERS + (at + 1) * word))
    expect(trapKind(bn254, [])).toBe('operand-invalid')
    expect(trapKind(bn254, pairs, count(1, 1))).toBe('operand-invalid')
    expect(trapKind(bn254, pairs, count(3, 1))).toBe('operand-invalid')
    expect(trapKind(bn254, [first, { ...second, g1: { x: second.g1.x, y: second.g1.y + bn254.p } }])).toBe(
      'operand-invalid',
    )
    expect(trapKind(bn254, [first, { ...second, g2: { x: [bn254.p, 0n], y: second.g2.y } }])).toBe('operand-invalid')
    // No line through them: a point of order 2, and a tangent that is vertical.
    expect(trapKind(bn254, [{ ...first, g1: { x: 1n, y: 0n } }])).toBe('operand-invalid')
    expect(trapKind(bn254, [{ ...first, g2: { x: [1n, 1n], y: [0n, 0n] } }])).toBe('operand-invalid')
  })
})

const names = (...curves: string[]): [number, string][] => {
  const decode = createDecoder(64, [pairing.create({ supported_curves: curves })])
  return Array.from({ length: 128 }, (_, funct7) => [
    funct7,
    decode(encode({ format: 'R', match: 0x302b | (funct7 << 25) | 0 }, { rs1: 1, rs2: 2 }), 0)?.row.name,
  ]).filter((pair): pair is [number, string] => pair[1] !== undefined)
}

test('encodings are those of the guest ABI', () => {
  const both = [
    [0, 'pairing_0_hint_final_exp'],
    [16, 'pairing_1_hint_final_exp'],
  ]
  expect(names('Bn254', 'Bls12_381')).toEqual(both)
  expect(names('Bls12_381', 'Bn254')).toEqual(both)
  expect(names('Bn254')).toEqual(both.slice(0, 1))
  // Alone, the second curve has its own number and its position's.
  expect(names('Bls12_381')).toEqual(both)
  expect(names()).toEqual([])
})

test.each([
  [{}, 'app_vm_config.pairing.supported_curves'],
  [{ supported_curves: 'Bn254' }, 'app_vm_config.pairing.supported_curves'],
  [{ supported_curves: ['Bn254', 'Bls12-381'] }, 'app_vm_config.pairing.supported_curves.1'],
  [{ supported_curves: ['Bn254', 'Bn254'] }, 'app_vm_config.pairing.supported_curves.1'],
])('configuration %# is refused by field', (config, field) => {
  expect(() => pairing.create(config)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', details: expect.objectContaining({ field }) }),
  )
})
