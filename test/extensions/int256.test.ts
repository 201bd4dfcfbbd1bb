/** The extension int256: reference semantics against formulas on BigInts, its C against the reference semantics. */
import { describe, expect, test } from 'vitest'
import { int256 } from '../../src/extensions/int256/extension.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { encode } from '../../src/isa/encoding.ts'
import { targetCpus, testCompilers } from '../support/operation.ts'
import { ARENA, callRowsOf, compiledEnds, differences, referenceEnd, type RowCall } from '../support/operations.ts'
import { randomSource } from '../support/random.ts'

const extension = int256.create({})
const rows = callRowsOf(extension)
const rowNamed = (name: string) => rows.find(row => row.name === `int256_${name}`)!
const random = randomSource(21)

const ONES = 2n ** 256n - 1n
const SIGN = 2n ** 255n
const edges = [
  0n,
  1n,
  2n,
  63n,
  64n,
  65n,
  127n,
  128n,
  191n,
  192n,
  255n,
  256n,
  257n,
  2n ** 64n - 1n,
  2n ** 64n,
  2n ** 128n - 1n,
  2n ** 192n,
  SIGN - 1n,
  SIGN,
  SIGN + 1n,
  ONES - 255n,
  ONES - 1n,
  ONES,
]
const randomNumber = (): bigint => {
  const words = Array.from(
    { length: 4 },
    () => [0n, 2n ** 64n - 1n, 1n, 2n ** 63n][random(12)] ?? (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)),
  )
  return words.reduce((value, word) => (value << 64n) | word, 0n)
}

function call(name: string, a: bigint, b: bigint): bigint {
  const row = rowNamed(name)
  const memory = new Uint8Array(ARENA).fill(0xa5)
  const at = row.result === undefined ? [3, 40, 101] : [40, 101]
  writeInteger(a, memory.subarray(40, 72))
  writeInteger(b, memory.subarray(101, 133))
  const end = referenceEnd({ row, at, memory })
  expect(end.done).toBe(true)
  if (end.result !== undefined) {
    expect(end.memory).toEqual(memory)
    return end.result
  }
  expect(end.memory.subarray(0, 3)).toEqual(memory.subarray(0, 3))
  expect(end.memory.subarray(35)).toEqual(memory.subarray(35))
  return readInteger(end.memory.subarray(3, 35))
}

test('encodings are those of the guest ABI', () => {
  const names = ['add', 'sub', 'xor', 'or', 'and', 'sll', 'srl', 'sra', 'slt', 'sltu', 'mul']
  for (const [funct7, name] of names.entries())
    expect(encode(rowNamed(name), { rd: 10, rs1: 11, rs2: 12 })).toBe(
      ((funct7 << 25) | (12 << 20) | (11 << 15) | (5 << 12) | (10 << 7) | 0x0b) >>> 0,
    )
  expect(encode(rowNamed('beq'), { rs1: 11, rs2: 12, imm: -4 })).toBe(0xfec5ee8b)
  expect(rows).toHaveLength(12)
})

test('every operation is as its formula, on edges and random numbers', () => {
  const negative = (x: bigint): boolean => x >= SIGN
  const formulas: Record<string, (a: bigint, b: bigint) => bigint> = {
    add: (a, b) => (a + b) % 2n ** 256n,
    sub: (a, b) => (a + 2n ** 256n - b) % 2n ** 256n,
    mul: (a, b) => (a * b) % 2n ** 256n,
    xor: (a, b) => (a | b) - (a & b),
    or: (a, b) => a + b - (a & b),
    and: (a, b) => ONES - ((ONES - a) | (ONES - b)),
    sll: (a, b) => (a * 2n ** (b % 256n)) % 2n ** 256n,
    srl: (a, b) => a / 2n ** (b % 256n),
    sra: (a, b) => (negative(a) ? ONES - (ONES - a) / 2n ** (b % 256n) : a / 2n ** (b % 256n)),
    slt: (a, b) => ((negative(a) === negative(b) ? Number(a < b) : Number(negative(a))) === 1 ? 1n : 0n),
    sltu: (a, b) => (a < b ? 1n : 0n),
    beq: (a, b) => (a === b ? 1n : 0n),
  }
  const pairs = [
    ...edges.flatMap(a => edges.map(b => [a, b] as const)),
    ...Array.from({ length: 300 }, () => [randomNumber(), randomNumber()] as const),
  ]
  for (const [name, formula] of Object.entries(formulas)) {
    const wrong = pairs.filter(([a, b]) => call(name, a, b) !== formula(a, b))
    expect({ name, wrong }).toEqual({ name, wrong: [] })
  }
})

test('each operation has one chip', () => {
  const operations = extension.chips!.flatMap(chip => chip.operations)
  expect(operations.toSorted()).toEqual(rows.map(row => row.name).toSorted())
})

/** Operands anywhere, on top of each other, and at the end of the memory. */
function calls(): RowCall[] {
  const last = ARENA - 32
  return rows.flatMap(row =>
    Array.from({ length: 400 }, (_, index): RowCall => {
      const memory = Uint8Array.from({ length: ARENA }, () => random(256))
      const near = random(last - 40)
      const at = [
        [8, 72, 136],
        [random(last + 1), random(last + 1), random(last + 1)],
        [near, near, near],
        [near + random(40), near + random(40), near + random(40)],
        [last, 0, last],
      ][index % 5]!
      const numbers =
        index < 250 ? [edges[random(edges.length)]!, edges[random(edges.length)]!] : [randomNumber(), randomNumber()]
      if (random(8) !== 0)
        for (const [operand, number] of numbers.entries())
          writeInteger(number, memory.subarray(at.at(-2 + operand)!, at.at(-2 + operand)! + 32))
      return { row, at: at.slice(3 - row.operands.length), memory }
    }),
  )
}

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  test.each(targetCpus)('for %s does the same', cpu => {
    const all = calls()
    expect(differences(all, compiledEnds(extension, all, compiler, cpu))).toEqual([])
  })
})
