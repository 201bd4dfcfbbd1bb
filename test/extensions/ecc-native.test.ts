/** The C of the extension ecc against its reference semantics: any coordinates, at any addresses, overlapping. */
import { describe, expect, it } from 'vitest'
import { ecc } from '../../src/extensions/ecc/extension.ts'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { writeInteger } from '../../src/extensions/field/little-endian.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { runCompiled, runReference, targetCpus, testCompilers, type OperationCall } from '../support/operation.ts'
import { randomSource } from '../support/random.ts'

const SECP256K1 = 2n ** 256n - 2n ** 32n - 977n
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const BLS12_381 = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const curves = [
  { modulus: SECP256K1, a: 0n, b: 7n }, { modulus: P256, a: P256 - 3n, b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn }, { modulus: BLS12_381, a: 0n, b: 4n },
]
const extension = ecc.create({ supported_curves: curves.map(curve => ({ struct_name: 'Point', scalar: '7', ...Object.fromEntries(Object.entries(curve).map(([name, value]) => [name, `${value}`])) })) })

const random = randomSource(23)
const SIZE = 400

/** Operands of which some overlap, on coordinates of which some are special; the modulus as well, where a setup wants it. */
function calls(row: CallRow, modulus: bigint, a: bigint): OperationCall[] {
  const bytes = fieldBytes(modulus)
  const special = [0n, 1n, 2n, modulus - 1n, modulus, modulus + 1n, 2n ** BigInt(8 * bytes) - 1n, a]
  const places = [[0, 100, 200], [1, 103, 207], [0, 0, 0], [8, 8, 8 + 2 * bytes], [0, bytes, 2 * bytes], [5, 13, 21], [SIZE - 2 * bytes, 7, 150]]
  const isSetup = row.name.includes('setup')
  return Array.from({ length: 300 }, (_, index) => {
    const memory = Uint8Array.from({ length: SIZE }, () => random(256))
    const values = places[index % places.length]!.slice(0, row.operands.length)
    const put = (at: number, value: bigint): void => writeInteger(value, memory.subarray(at, at + bytes))
    const coordinates = values.slice(1).flatMap(at => [at, at + bytes])
    for (const at of coordinates) if (random(4) === 0) put(at, special[random(special.length)]!)
    if (values.length === 3 && random(4) === 0) memory.copyWithin(values[2]!, values[1]!, values[1]! + bytes)
    if (isSetup && random(8) !== 0) put(values[1]!, modulus)
    if (isSetup && random(8) !== 0) put(values[1]! + bytes, a)
    return { values, memory }
  })
}

const cases = curves.flatMap(({ modulus, a }, index) => {
  const rows = extension.rows.filter((row, at, all) => row.name.startsWith(`ecc_${index}_`) && all.findIndex(other => other.name === row.name) === at) as CallRow[]
  // The setups are thin; once is enough.
  return rows.flatMap(row => (row.name.includes('setup') ? (index === 1 ? targetCpus.slice(0, 1) : []) : targetCpus).map(cpu => ({ row, cpu, modulus, a })))
})

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  it.each(cases)('$row.name for $cpu does the same', ({ row, cpu, modulus, a }) => {
    const given = calls(row, modulus, a)
    const wanted = runReference(row, given)
    expect(new Set(wanted.map(({ done }) => done))).toEqual(new Set([true, false]))
    expect(runCompiled(extension, row, given, compiler, cpu)).toEqual(wanted)
  })
})
