/** The extension modular: reference semantics against plain formulas and another implementation, its C against the reference semantics. */
import { Field } from '@noble/curves/abstract/modular.js'
import { describe, expect, test } from 'vitest'
import type { Extension } from '../../src/extensions/extension.ts'
import { fieldBytes } from '../../src/extensions/field/constants.ts'
import { readInteger, writeInteger } from '../../src/extensions/field/little-endian.ts'
import { inverse as inverseOf } from '../../src/extensions/field/residues.ts'
import { modular } from '../../src/extensions/modular/extension.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { cpusFor, testCompilers } from '../support/operation.ts'
import {
  ARENA,
  callRowsOf,
  compiledEnds,
  differences,
  referenceEnd,
  type RowCall,
  type RowEnd,
} from '../support/operations.ts'
import { sample } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { composites, primes } from './modular-moduli.ts'

const random = randomSource(22)
const named = [...Object.entries(primes), ...Object.entries(composites)]
/** A guest has at most 16 moduli. */
const groups = [named.slice(0, 16), named.slice(16)]
const create = (moduli: readonly bigint[]): Extension =>
  modular.create({
    supported_moduli: moduli.map((p, index) => (index % 2 === 0 ? p.toString() : `0x${p.toString(16)}`)),
  })
const extensions = groups.map(group => create(group.map(([, p]) => p)))
const places = groups.flatMap((group, extension) =>
  group.map(([name, p], index) => ({ name, p, extension: extensions[extension]!, index })),
)

const rowNamed = (extension: Extension, name: string): CallRow => {
  const row = extension.rows.find(candidate => candidate.name === name)
  if (row?.kind !== 'call') throw new Error(`no call row ${name}`)
  return row
}

/** Operands below 2^(8 · bytes), canonical and not, where carries and reductions have their corners. */
function edgesOf(p: bigint): bigint[] {
  const top = 2n ** BigInt(8 * fieldBytes(p))
  return [
    0n,
    1n,
    2n,
    3n,
    p - 1n,
    p - 2n,
    p,
    p + 1n,
    (p - 1n) / 2n,
    (p + 1n) / 2n,
    2n * p - 1n,
    2n * p,
    top - 1n,
    top - 2n,
    top / 2n,
    (top / p) * p,
    (top / p) * p - 1n,
    2n ** 64n - 1n,
    2n ** 192n,
  ].filter(value => value >= 0n && value < top)
}
function randomNumber(p: bigint): bigint {
  let value = 0n
  for (let word = 0; word < fieldBytes(p) / 8; word++)
    value =
      (value << 64n) |
      ([0n, 2n ** 64n - 1n, 1n, 2n ** 63n][random(16)] ?? (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)))
  return random(2) === 0 ? value % p : value
}
/**
 * Two numbers whose product is next to a multiple of the modulus, on either side: where its reduction has to correct
 * most.
 */
function closePair(p: bigint): readonly [bigint, bigint] {
  const a = randomNumber(p) % p
  const distance = BigInt(random(1000)) ** BigInt(random(8))
  const inverse = inverseOf(a, p)
  if (inverse === undefined) return [a, distance % p]
  return [a, ((random(2) === 0 ? distance : p - (distance % p)) * inverse) % p]
}
function pairsOf(p: bigint, count: number): (readonly [bigint, bigint])[] {
  const edges = edgesOf(p)
  return [
    ...edges.flatMap(a => edges.map(b => [a, b] as const)),
    ...Array.from({ length: count }, (_, index) =>
      index % 2 === 0 ? closePair(p) : ([randomNumber(p), randomNumber(p)] as const),
    ),
  ]
}

/** One call with operands apart: the end, and the number written where the row writes one. */
function run(row: CallRow, p: bigint, a: bigint, b: bigint): RowEnd & { value: bigint } {
  const bytes = fieldBytes(p)
  const memory = new Uint8Array(ARENA).fill(0x5a)
  writeInteger(a, memory.subarray(60, 60 + bytes))
  writeInteger(b, memory.subarray(121, 121 + bytes))
  const end = referenceEnd({ row, memory, at: row.result === undefined ? [7, 60, 121] : [60, 121] })
  expect(end.memory.subarray(7 + bytes)).toEqual(memory.subarray(7 + bytes))
  return { ...end, value: readInteger(end.memory.subarray(7, 7 + bytes)) }
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

describe.each(places)('modulo $name', ({ p, extension, index }) => {
  const row = (operation: string): CallRow => rowNamed(extension, `modular_${index}_${operation}`)

  test('the arithmetic is as its formulas', () => {
    const [add, sub, mul, div, equal] = ['add', 'sub', 'mul', 'div', 'iseq'].map(row)
    for (const [a, b] of pairsOf(p, 60)) {
      expect(run(add!, p, a, b).value).toBe((a + b) % p)
      expect(run(sub!, p, a, b).value).toBe((((a - b) % p) + p) % p)
      expect(run(mul!, p, a, b).value).toBe((a * b) % p)
      expect(run(equal!, p, a, b).result).toBe((a - b) % p === 0n ? 1n : 0n)
      const quotient = run(div!, p, a, b)
      expect(quotient.done).toBe(gcd(b, p) === 1n)
      if (!quotient.done) continue
      expect(quotient.value).toBeLessThan(p)
      expect((quotient.value * b - a) % p).toBe(0n)
    }
  })

  test('set-up takes the modulus and nothing else', () => {
    for (const chip of ['addsub', 'muldiv']) {
      expect(run(row(`setup_${chip}`), p, p, 77n)).toMatchObject({ done: true, value: 0n })
      expect(run(row(`setup_${chip}`), p, p - 2n, p)).toMatchObject({ done: false })
    }
    expect(run(row('setup_iseq'), p, p, 77n)).toMatchObject({ done: true, result: 0n })
    expect(run(row('setup_iseq'), p, p, p)).toMatchObject({ done: true, result: 1n })
    expect(run(row('setup_iseq'), p, p + 2n < 2n ** BigInt(8 * fieldBytes(p)) ? p + 2n : 0n, p)).toMatchObject({
      done: false,
    })
  })
})

describe.each(places.filter(({ name }) => name in primes))('modulo the prime $name', ({ p, extension, index }) => {
  const row = (operation: string): CallRow => rowNamed(extension, `modular_${index}_${operation}`)

  test('the arithmetic is that of another implementation', () => {
    const field = Field(p)
    for (const [a, b] of pairsOf(p, 20)) {
      const [x, y] = [field.create(a), field.create(b)]
      expect(run(row('add'), p, a, b).value).toBe(field.add(x, y))
      expect(run(row('sub'), p, a, b).value).toBe(field.sub(x, y))
      expect(run(row('mul'), p, a, b).value).toBe(field.mul(x, y))
      if (y !== 0n) expect(run(row('div'), p, a, b).value).toBe(field.div(x, y))
    }
  })
})

test('encodings are those of the guest ABI', () => {
  const [extension] = extensions
  const word = (funct7: number): number => ((funct7 << 25) | (12 << 20) | (11 << 15) | (10 << 7) | 0x2b) >>> 0
  for (const [funct7, name] of ['add', 'sub', 'mul', 'div', 'iseq', undefined, 'hint_nonqr', 'hint_sqrt'].entries()) {
    for (const index of [0, 1, 15]) {
      const row = extension!.rows.find(candidate => candidate.name === `modular_${index}_${name}`)
      if (name !== undefined) expect(encode(row!, { rd: 10, rs1: 11, rs2: 12 })).toBe(word(8 * index + funct7))
    }
  }
  for (const [rs2, chip] of ['addsub', 'muldiv', 'iseq'].entries())
    expect(rowNamed(extension!, `modular_3_setup_${chip}`).match >>> 0).toBe(((29 << 25) | (rs2 << 20) | 0x2b) >>> 0)
})

test('every modulus has three chips, which have all of its instructions but the hints', () => {
  for (const extension of extensions) {
    const operations = extension.chips!.flatMap(chip => chip.operations)
    expect(operations.toSorted()).toEqual(
      callRowsOf(extension)
        .map(row => row.name)
        .toSorted(),
    )
    expect(extension.chips).toHaveLength(extension.files!.filter(({ path }) => path.endsWith('.c')).length * 3)
  }
})

/** Operands anywhere, on top of each other, and at the end of the memory. */
function callsOf(extension: Extension, moduli: readonly bigint[]): RowCall[] {
  return callRowsOf(extension).flatMap(row => {
    const p = moduli[Number(row.name.split('_')[1])]!
    const bytes = fieldBytes(p)
    const last = ARENA - bytes
    const edges = [...edgesOf(p), p, p]
    return Array.from({ length: row.name.includes('setup') ? 30 : 200 }, (_, index): RowCall => {
      const memory = Uint8Array.from({ length: ARENA }, () => random(256))
      const near = random(last - 40)
      const at = [
        [8, 72, 136],
        [random(last + 1), random(last + 1), random(last + 1)],
        [near, near, near],
        [near + random(40), near + random(40), near + random(40)],
        [last, 0, last],
      ][index % 5]!
      const operands = at.slice(3 - row.operands.length)
      const numbers =
        index % 3 === 0
          ? [edges[random(edges.length)]!, edges[random(edges.length)]!]
          : index % 3 === 1
            ? closePair(p)
            : [randomNumber(p), randomNumber(p)]
      for (const [which, number] of numbers.entries()) {
        const address = operands.at(which - 2)!
        writeInteger(
          row.name.includes('setup') && random(3) > 0 ? p : number,
          memory.subarray(address, address + bytes),
        )
      }
      return { row, at: operands, memory }
    })
  })
}

const calls = extensions.map((extension, group) =>
  callsOf(
    extension,
    groups[group]!.map(([, p]) => p),
  ),
)

const compilers = testCompilers()

describe.each(compilers)('the C, compiled by $command', compiler => {
  // Where there are two compilers they share the moduli.
  const mine =
    compilers.length > 1 ? sample([...extensions.keys()], compiler.family === 'gcc' ? 1 : 0) : extensions.keys()
  const choices = cpusFor(compiler).flatMap(cpu =>
    [...mine].map(group => ({ cpu, group, extension: extensions[group]! })),
  )
  test.each(choices)('for $cpu, moduli $group, does the same', ({ cpu, group, extension }) => {
    const ends = compiledEnds(extension, calls[group]!, compiler, cpu)
    expect(differences(calls[group]!, ends)).toEqual([])
    // Both answers of every operation that can be refused.
    for (const operation of ['_div', '_setup_addsub', '_setup_iseq']) {
      const answers = new Set(
        calls[group]!.flatMap(({ row }, index) => (row.name.endsWith(operation) ? [ends[index]!.done] : [])),
      )
      expect(answers).toEqual(new Set([true, false]))
    }
  })
})
