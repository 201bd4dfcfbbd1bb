/** The extension fp2: reference semantics against another implementation, refusals, setup, configuration; its C against the reference semantics. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, it, test } from 'vitest'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { fp2 } from '../../src/extensions/fp2/extension.ts'
import { fp2Operations, type Fp2Operation } from '../../src/extensions/fp2/operations.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { createDecoder } from '../../src/isa/table.ts'
import { cpusFor, testCompilers } from '../support/operation.ts'
import { ARENA, callRowsOf, compiledEnds, differences, type RowCall } from '../support/operations.ts'
import { randomSource } from '../support/random.ts'

const fields = [
  { name: 'BN254', ...bn254.fields },
  { name: 'BLS12-381', ...bls12_381.fields },
]
const extension = fp2.create({ supported_moduli: fields.map(({ name, Fp }) => [name, `${Fp.ORDER}`]) })

const random = randomSource(31)
const randomBelow = (bound: bigint): bigint =>
  Array.from({ length: 13 }, () => BigInt(random(2 ** 32))).reduce((sum, word) => sum * 2n ** 32n + word, 0n) % bound

type Element = readonly [bigint, bigint]

describe.each(fields)('$name', ({ Fp, Fp2 }) => {
  const p = Fp.ORDER
  const bytes = fieldBytes(p)
  const operations = fp2Operations(p)
  const written = (element: Element): Uint8Array => {
    const memory = new Uint8Array(2 * bytes)
    for (const [at, value] of element.entries()) writeInteger(value, memory.subarray(at * bytes, (at + 1) * bytes))
    return memory
  }
  const run = (operation: Fp2Operation, a: Element, b: Element): Element | string => {
    const into = new Uint8Array(2 * bytes)
    const outcome = operations[operation]([into, written(a), written(b)], 32)
    return 'refused' in outcome
      ? outcome.refused
      : [readInteger(into.subarray(0, bytes)), readInteger(into.subarray(bytes))]
  }
  const theirs = ([c0, c1]: Element) => Fp2.fromBigTuple([c0 % p, c1 % p])
  const check = (a: Element, b: Element): void => {
    for (const operation of ['add', 'sub', 'mul', 'div'] as const) {
      const { c0, c1 } = Fp2[operation](theirs(a), theirs(b))
      expect(run(operation, a, b)).toEqual([c0, c1])
    }
  }

  it('computes like another implementation', () => {
    for (let round = 0; round < 50; round++)
      check([randomBelow(p), randomBelow(p)], [randomBelow(p), randomBelow(p) + 1n])
    check([0n, 0n], [1n, 0n])
    check([p - 1n, p - 1n], [0n, p - 1n])
  })

  it('reduces elements that are not canonical', () => {
    const most = 2n ** BigInt(8 * bytes) - 1n
    for (const value of [p, p + 1n, most, most - 1n]) check([value, most], [most, value])
  })

  it('refuses to divide by zero', () => {
    for (const zero of [
      [0n, 0n],
      [p, 0n],
      [p, p],
    ] as const)
      expect(run('div', [1n, 2n], zero)).toBe('division by an element without inverse in Fp2')
  })

  it('compares a setup with the configuration', () => {
    expect(run('setup', [p, p], [3n, 4n])).toEqual([0n, 0n])
    expect(run('setup', [p, 5n], [3n, 4n])).toEqual([0n, 5n])
    expect(run('setup', [p - 1n, p], [3n, 4n])).toMatch(/set up Fp2 with modulus/)
  })
})

test('encodings are those of the guest ABI, numbered by the order of the fields', () => {
  const decode = createDecoder(32, [extension])
  const name = (funct7: number, rs2 = 12): string | undefined =>
    decode(encode({ format: 'R', match: 0x202b | (funct7 << 25) }, { rd: 10, rs1: 11, rs2 }), 0)?.row.name
  expect([0, 1, 2, 3].map(funct7 => name(funct7))).toEqual(['fp2_0_add', 'fp2_0_sub', 'fp2_0_mul', 'fp2_0_div'])
  expect([8, 9, 10, 11].map(funct7 => name(funct7))).toEqual(['fp2_1_add', 'fp2_1_sub', 'fp2_1_mul', 'fp2_1_div'])
  expect([name(4, 0), name(4, 1), name(12, 0), name(12, 1)]).toEqual([
    'fp2_0_setup_addsub',
    'fp2_0_setup_muldiv',
    'fp2_1_setup_addsub',
    'fp2_1_setup_muldiv',
  ])
  expect([name(4, 2), name(5), name(16)]).toEqual([undefined, undefined, undefined])
})

test('each field has its chips, with all operations', () => {
  expect(extension.chips!.map(chip => chip.name)).toEqual([
    'Fp2AddSub[0]',
    'Fp2MulDiv[0]',
    'Fp2AddSub[1]',
    'Fp2MulDiv[1]',
  ])
  expect(new Set(extension.chips!.flatMap(chip => chip.operations))).toEqual(
    new Set(extension.rows.map(row => row.name)),
  )
})

test.each([
  [{}, 'app_vm_config.fp2.supported_moduli'],
  [{ supported_moduli: [], more: 1 }, undefined],
  [{ supported_moduli: ['7'] }, 'app_vm_config.fp2.supported_moduli.0'],
  [
    {
      supported_moduli: [
        ['Fp2', '0x13'],
        ['Fp2', '8'],
      ],
    },
    'app_vm_config.fp2.supported_moduli.1.1',
  ],
  [{ supported_moduli: [['Fp2', 7]] }, 'app_vm_config.fp2.supported_moduli.0.1'],
  [{ supported_moduli: [['Fp2']] }, 'app_vm_config.fp2.supported_moduli.0.1'],
  [{ supported_moduli: Array.from({ length: 17 }, () => ['Fp2', '7']) }, 'app_vm_config.fp2.supported_moduli'],
] as const)('configuration %# is refused by field', (config, field) => {
  const create = (): unknown => fp2.create(config)
  if (field === undefined) expect(create).not.toThrow()
  else
    expect(create).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', details: expect.objectContaining({ field }) }),
    )
})

/** Operands of which some overlap, on coordinates of which some are special. */
function callsOf(row: CallRow): RowCall[] {
  const modulus = fields[Number(row.name.split('_')[1])]!.Fp.ORDER
  const bytes = fieldBytes(modulus)
  const isSetup = row.name.includes('setup')
  const special = [0n, 0n, 0n, 1n, modulus - 1n, modulus, modulus + 1n, 2n ** BigInt(8 * bytes) - 1n]
  const places = [
    [160, 0, 96],
    [1, 101, 37],
    [0, 0, 0],
    [8, 8, 8 + 2 * bytes],
    [0, bytes, 160],
    [5, 13, 21],
    [ARENA - 2 * bytes, 7, 150],
  ]
  return Array.from({ length: 400 }, (_, index) => {
    const memory = Uint8Array.from({ length: ARENA }, () => random(256))
    const at = places[index % places.length]!.map(address => Math.min(address, ARENA - 2 * bytes))
    const put = (address: number, value: bigint): void => writeInteger(value, memory.subarray(address, address + bytes))
    for (const address of at.slice(1).flatMap(start => [start, start + bytes]))
      if (random(3) === 0) put(address, special[random(special.length)]!)
    if (isSetup && random(8) !== 0) put(at[1]!, modulus)
    return { row, at, memory }
  })
}

const calls = callRowsOf(extension).flatMap(callsOf)

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  it.each(cpusFor(compiler))('for %s, does the same', cpu => {
    expect(differences(calls, compiledEnds(extension, calls, compiler, cpu))).toEqual([])
  })
})
