/** The extension keccak: reference semantics against published vectors and another implementation, its C against the reference semantics. */
import { keccakP } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { keccak } from '../../src/extensions/keccak/extension.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { runCompiled, runReference, targetCpus, testCompilers, type OperationCall } from '../support/operation.ts'
import { randomSource } from '../support/random.ts'

const extension = keccak.create({})
const rowNamed = (name: string): CallRow => extension.rows.find(row => row.name === name) as CallRow
const keccakf = rowNamed('keccakf')
const xorin = rowNamed('xorin')

const random = randomSource(5)
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const permuted = (state: Uint8Array): Uint8Array => runReference(keccakf, [{ values: [0], memory: state }])[0]!.memory

describe('encodings', () => {
  it('are those of the guest ABI', () => {
    expect(encode(keccakf, { rd: 10 })).toBe(0x0000450b)
    expect(encode(xorin, { rd: 10, rs1: 11, rs2: 12 })).toBe(0x02c5c50b)
  })
})

describe('keccakf', () => {
  it('permutes the zero state as published, once and twice', () => {
    const once = permuted(new Uint8Array(200))
    expect(hex(once.subarray(0, 40))).toBe(
      'e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd57d05362054e288b',
    )
    expect(hex(permuted(once).subarray(0, 16))).toBe('3ccb6ef94d955c2d6db55770d02c336a')
  })

  it('agrees with another implementation on random states', () => {
    for (let round = 0; round < 200; round++) {
      const state = randomBytes(200)
      const wanted = new Uint8Array(state)
      keccakP(new Uint32Array(wanted.buffer), 24)
      expect(hex(permuted(state))).toBe(hex(wanted))
    }
  })

  it('changes its 200 bytes alone, at any address', () => {
    const memory = randomBytes(300)
    const [end] = runReference(keccakf, [{ values: [37], memory }])
    expect(end!.memory.subarray(0, 37)).toEqual(memory.subarray(0, 37))
    expect(end!.memory.subarray(37, 237)).toEqual(permuted(memory.slice(37, 237)))
    expect(end!.memory.subarray(237)).toEqual(memory.subarray(237))
  })
})

describe('xorin', () => {
  it('xors the input into the buffer', () => {
    const memory = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80)
    expect(hex(runReference(xorin, [{ values: [0, 8, 8], memory }])[0]!.memory)).toBe(
      '11223344556677881020304050607080',
    )
    expect(runReference(xorin, [{ values: [0, 8, 0], memory }])[0]!.memory).toEqual(memory)
    expect(runReference(xorin, [{ values: [8, 8, 8], memory }])[0]!.memory.subarray(8)).toEqual(new Uint8Array(8))
  })

  it('reads all of its input before it writes', () => {
    for (const [buffer, input] of [
      [0, 4],
      [4, 0],
      [0, 1],
      [3, 0],
      [20, 100],
      [100, 20],
    ] as const) {
      const memory = randomBytes(300)
      const wanted = new Uint8Array(memory)
      for (let index = 0; index < 136; index++)
        wanted[buffer + index] = memory[buffer + index]! ^ memory[input + index]!
      expect(runReference(xorin, [{ values: [buffer, input, 136], memory }])[0]!.memory).toEqual(wanted)
    }
  })
})

/**
 * Lengths that a guest can use: multiples of 4 on RV32. Addresses near each other, at both ends of the memory, and
 * anywhere.
 */
function xorCalls(): OperationCall[] {
  const lengths = [...Array.from({ length: 35 }, (_, index) => 4 * index), ...Array.from({ length: 40 }, () => 136)]
  return lengths
    .flatMap(length =>
      [-9, -1, 0, 3, 8, 64, 150].map(distance => {
        const buffer = distance < 0 ? -distance + random(3) : random(50)
        return { values: [buffer, buffer + distance, length], memory: randomBytes(336) }
      }),
    )
    .concat(lengths.map(length => ({ values: [336 - length, 336 - length, length], memory: randomBytes(336) })))
}

const stateCalls = (): OperationCall[] =>
  [0, 1, 4, 8, 21, 56].flatMap(offset =>
    Array.from({ length: 20 }, () => ({ values: [offset], memory: randomBytes(256) })),
  )

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  it.each(
    targetCpus.flatMap(cpu => [
      { cpu, row: keccakf, calls: stateCalls() },
      { cpu, row: xorin, calls: xorCalls() },
    ]),
  )('$row.name for $cpu does the same', ({ cpu, row, calls }) => {
    expect(runCompiled(extension, row, calls, compiler, cpu)).toEqual(runReference(row, calls))
  })
})
