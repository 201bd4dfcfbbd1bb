/** The extension ecc: reference semantics against another implementation, refusals, setups, encodings, configuration. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, it, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { eccOperations } from '../../src/extensions/ecc/operations.ts'
import { ecc } from '../../src/extensions/ecc/extension.ts'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { encode } from '../../src/isa/encoding.ts'
import { createDecoder } from '../../src/isa/table.ts'
import { randomSource } from '../support/random.ts'

const curves = [
  { name: 'secp256k1', Point: secp256k1.Point },
  { name: 'P-256', Point: p256.Point },
  { name: 'BN254', Point: bn254.G1.Point },
  { name: 'BLS12-381', Point: bls12_381.G1.Point },
].map(({ name, Point }) => {
  const { p: modulus, n: scalar, a, b } = Point.CURVE()
  return { name, Point, curve: { modulus, scalar, a, b } }
})

interface Affine {
  readonly x: bigint
  readonly y: bigint
}

const random = randomSource(11)
const randomScalar = (): bigint =>
  Array.from({ length: 7 }, () => BigInt(random(2 ** 32))).reduce((sum, word) => sum * 2n ** 32n + word, 1n)

describe.each(curves)('$name', ({ Point, curve }) => {
  const bytes = fieldBytes(curve.modulus)
  const operations = eccOperations(curve)
  const written = ({ x, y }: Affine): Uint8Array => {
    const point = new Uint8Array(2 * bytes)
    writeInteger(x, point.subarray(0, bytes))
    writeInteger(y, point.subarray(bytes))
    return point
  }
  /** The point that an operation writes, or why it does not. */
  const run = (operation: keyof typeof operations, ...points: Affine[]): Affine | string => {
    const into = new Uint8Array(2 * bytes).fill(0xaa)
    const outcome = operations[operation]([into, ...points.map(written)], 64)
    if ('refused' in outcome) {
      expect(into.every(byte => byte === 0xaa)).toBe(true)
      return outcome.refused
    }
    return { x: readInteger(into.subarray(0, bytes)), y: readInteger(into.subarray(bytes)) }
  }
  const randomPoint = () => Point.BASE.multiply((randomScalar() % (curve.scalar - 1n)) + 1n)
  const affine = (point: ReturnType<typeof randomPoint>): Affine => {
    const { x, y } = point.toAffine()
    return { x, y }
  }

  it('adds and doubles like another implementation', () => {
    for (let round = 0; round < 20; round++) {
      const p = randomPoint()
      const q = randomPoint()
      expect(run('add_ne', affine(p), affine(q))).toEqual(affine(p.add(q as never)))
      expect(run('double', affine(p))).toEqual(affine(p.double()))
    }
  })

  it('refuses what has no slope', () => {
    const p = affine(randomPoint())
    expect(run('add_ne', p, p)).toBe('addition of two points of equal x')
    expect(run('add_ne', p, { x: p.x, y: curve.modulus - p.y })).toBe('addition of two points of equal x')
    expect(run('add_ne', { x: 0n, y: 0n }, { x: 0n, y: 0n })).toBe('addition of two points of equal x')
    expect(run('double', { x: p.x, y: 0n })).toBe('doubling of a point with y = 0')
    expect(run('double', { x: p.x, y: curve.modulus })).toBe('doubling of a point with y = 0')
  })

  it('reduces coordinates that are not canonical', () => {
    const p = affine(randomPoint())
    const q = affine(randomPoint())
    const more = ({ x, y }: Affine): Affine => {
      const spare = 2n ** BigInt(8 * bytes) - curve.modulus
      return { x: x < spare ? x + curve.modulus : x, y: y < spare ? y + curve.modulus : y }
    }
    expect(run('add_ne', more(p), more(q))).toEqual(run('add_ne', p, q))
    expect(run('double', more(p))).toEqual(run('double', p))
    const small = { x: 1n, y: 2n }
    expect(run('double', more(small))).toEqual(run('double', small))
    expect(run('add_ne', more(small), q)).toEqual(run('add_ne', small, q))
  })

  it('compares a setup with the configuration', () => {
    const { modulus, a } = curve
    const mod = (x: bigint): bigint => ((x % modulus) + modulus) % modulus
    const ones = { x: 1n, y: 1n }
    const slope = 1n - a
    const x = mod(slope * slope - 1n)
    expect(run('setup_add_ne', { x: modulus, y: a }, ones)).toEqual({ x, y: mod(-slope * x - a) })
    expect(run('setup_double', { x: modulus, y: a })).toEqual({ x: mod(a * a), y: mod(-(a ** 3n) - a) })
    expect(run('setup_add_ne', { x: modulus - 1n, y: a }, ones)).toMatch(/set up a curve with modulus/)
    expect(run('setup_double', { x: modulus - 1n, y: a })).toMatch(/set up a curve with modulus/)
    expect(run('setup_double', { x: modulus, y: a + 1n })).toMatch(/set up a curve with a = /)
  })
})

const table = (...replaced: readonly Record<string, unknown>[]): unknown => ({
  supported_curves: replaced.map(fields => ({
    struct_name: 'Point',
    modulus: `0x${curves[0]!.curve.modulus.toString(16)}`,
    scalar: `${curves[0]!.curve.scalar}`,
    a: '0',
    b: '7',
    ...fields,
  })),
})

test('encodings are those of the guest ABI, numbered by the order of the curves', () => {
  const decode = createDecoder(64, [ecc.create(table({}, {}))])
  const name = (funct7: number, rs2: number): string | undefined =>
    decode(encode({ format: 'R', match: 0x102b | (funct7 << 25) }, { rd: 10, rs1: 11, rs2 }), 0)?.row.name
  expect([0, 1, 8, 9, 16].map(funct7 => name(funct7, 12))).toEqual([
    'ecc_0_add_ne',
    'ecc_0_double',
    'ecc_1_add_ne',
    'ecc_1_double',
    undefined,
  ])
  expect(name(2, 0)).toBe('ecc_0_setup_double')
  for (let rs2 = 1; rs2 < 32; rs2++) expect(name(10, rs2)).toBe('ecc_1_setup_add_ne')
  expect([3, 4, 5, 6, 7].map(funct7 => name(funct7, 12))).toEqual(Array.from({ length: 5 }, () => undefined))
})

test('sixteen curves fit', () => {
  const decode = createDecoder(32, [ecc.create(table(...Array.from({ length: 16 }, () => ({}))))])
  expect(decode(encode({ format: 'R', match: 0x102b | (0x79 << 25) | 0 }, { rd: 1, rs1: 2 }), 0)?.row.name).toBe(
    'ecc_15_double',
  )
})

test('each curve has its chips, with all operations', () => {
  const { rows, chips } = ecc.create(table({}, {}))
  expect(chips!.map(chip => chip.name)).toEqual(['EcAddNe[0]', 'EcDouble[0]', 'EcAddNe[1]', 'EcDouble[1]'])
  expect(new Set(chips!.flatMap(chip => chip.operations))).toEqual(new Set(rows.map(row => row.name)))
})

const curve0 = 'app_vm_config.ecc.supported_curves.0'
test.each([
  [{}, 'app_vm_config.ecc.supported_curves'],
  [{ supported_curves: 'secp256k1' }, 'app_vm_config.ecc.supported_curves'],
  [table(...Array.from({ length: 17 }, () => ({}))), 'app_vm_config.ecc.supported_curves'],
  [table({ modulus: undefined }), `${curve0}.modulus`],
  [table({ modulus: '12' }), `${curve0}.modulus`],
  [table({ modulus: '-7' }), `${curve0}.modulus`],
  [table({ modulus: `${2n ** 384n + 1n}` }), `${curve0}.modulus`],
  [table({ scalar: '1' }), `${curve0}.scalar`],
  [table({ a: 'zero' }), `${curve0}.a`],
  [table({ a: `${curves[0]!.curve.modulus}` }), `${curve0}.a`],
  [table({}, { b: '0' }), 'app_vm_config.ecc.supported_curves.1.b'],
  [table({ a: '3', b: '0', modulus: '3' }), `${curve0}.a`],
] as const)('configuration %# is refused by field', (config, field) => {
  try {
    ecc.create(config)
  } catch (error) {
    expect(error).toBeInstanceOf(RvrError)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', details: { field } })
    return
  }
  throw new Error('the configuration was accepted')
})
