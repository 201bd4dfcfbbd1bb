/** The C of the extension ecc against its reference semantics: any coordinates, at any addresses, overlapping. */
import { describe, expect, it } from 'vitest'
import { ecc } from '../../src/extensions/ecc/extension.ts'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { writeInteger } from '../../src/extensions/field/little-endian.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { cpusFor, testCompilers } from '../support/operation.ts'
import { ARENA, callRowsOf, compiledEnds, differences, referenceEnd, type RowCall } from '../support/operations.ts'
import { randomSource } from '../support/random.ts'

const SECP256K1 = 2n ** 256n - 2n ** 32n - 977n
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const BLS12_381 = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const curves = [
  { modulus: SECP256K1, a: 0n, b: 7n },
  { modulus: P256, a: P256 - 3n, b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn },
  { modulus: BLS12_381, a: 0n, b: 4n },
]
const extension = ecc.create({
  supported_curves: curves.map(curve => ({
    struct_name: 'Point',
    scalar: '7',
    ...Object.fromEntries(Object.entries(curve).map(([name, value]) => [name, `${value}`])),
  })),
})

const random = randomSource(23)
/**
 * Operands of which some overlap, on coordinates of which some are special; the modulus as well, where a setup wants
 * it.
 */
function callsOf(row: CallRow): RowCall[] {
  const { modulus, a } = curves[Number(row.name.split('_')[1])]!
  const bytes = fieldBytes(modulus)
  const isSetup = row.name.includes('setup')
  const special = [0n, 1n, 2n, modulus - 1n, modulus, modulus + 1n, 2n ** BigInt(8 * bytes) - 1n, a]
  const places = [
    [160, 0, 96],
    [1, 101, 37],
    [0, 0, 0],
    [8, 8, 8 + 2 * bytes],
    [0, bytes, 160],
    [5, 13, 21],
    [ARENA - 2 * bytes, 7, 150],
  ]
  return Array.from({ length: 300 }, (_, index) => {
    const memory = Uint8Array.from({ length: ARENA }, () => random(256))
    const at = places[index % places.length]!.slice(0, row.operands.length).map(address =>
      Math.min(address, ARENA - 2 * bytes),
    )
    const put = (address: number, value: bigint): void => writeInteger(value, memory.subarray(address, address + bytes))
    for (const address of at.slice(1).flatMap(point => [point, point + bytes]))
      if (random(4) === 0) put(address, special[random(special.length)]!)
    if (at.length === 3 && random(4) === 0) memory.copyWithin(at[2]!, at[1]!, at[1]! + bytes)
    if (isSetup && random(8) !== 0) put(at[1]!, modulus)
    if (isSetup && random(8) !== 0) put(at[1]! + bytes, a)
    return { row, at, memory }
  })
}

// The setups of adding stand in several rows.
const calls = callRowsOf(extension)
  .filter((row, index, all) => all.findIndex(({ name }) => name === row.name) === index)
  .flatMap(callsOf)

it('is asked for what it refuses, too', () => {
  for (const name of new Set(calls.map(({ row }) => row.name))) {
    expect(new Set(calls.filter(({ row }) => row.name === name).map(call => referenceEnd(call).done))).toEqual(
      new Set([true, false]),
    )
  }
})

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  it.each(cpusFor(compiler))('for %s, does the same', cpu => {
    expect(differences(calls, compiledEnds(extension, calls, compiler, cpu))).toEqual([])
  })
})
