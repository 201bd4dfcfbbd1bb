/** The extension sha2: reference semantics against published vectors and another implementation, its C against the reference semantics. */
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { sha2 } from '../../src/extensions/sha2/extension.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { runCompiled, runReference, targetCpus, testCompilers, type OperationCall } from '../support/operation.ts'
import { randomSource } from '../support/random.ts'

const extension = sha2.create({})
const rowNamed = (name: string): CallRow => extension.rows.find(row => row.name === name) as CallRow

/** FIPS 180-4, 5.3: state words before the first block. */
const variants = [
  {
    row: rowNamed('sha256'),
    wordBytes: 4,
    other: sha256,
    initial: [0x6a09e667n, 0xbb67ae85n, 0x3c6ef372n, 0xa54ff53an, 0x510e527fn, 0x9b05688cn, 0x1f83d9abn, 0x5be0cd19n],
    published: {
      '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
        '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    },
  },
  {
    row: rowNamed('sha512'),
    wordBytes: 8,
    other: sha512,
    initial: [
      0x6a09e667f3bcc908n,
      0xbb67ae8584caa73bn,
      0x3c6ef372fe94f82bn,
      0xa54ff53a5f1d36f1n,
      0x510e527fade682d1n,
      0x9b05688c2b3e6c1fn,
      0x1f83d9abfb41bd6bn,
      0x5be0cd19137e2179n,
    ],
    published: {
      '': 'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
      abc: 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu:
        '8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909',
    },
  },
]

const random = randomSource(6)
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random(256))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * The whole hash of a message: padded, block after block through the row's operation, the state's words turned to
 * big-endian at the end.
 */
function hashed({ row, wordBytes, initial }: (typeof variants)[number], message: Uint8Array): string {
  const stateBytes = 8 * wordBytes
  const blockBytes = 16 * wordBytes
  const padded = Buffer.alloc(Math.ceil((message.length + 1 + 2 * wordBytes) / blockBytes) * blockBytes)
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeUInt32BE(8 * message.length, padded.length - 4)
  let memory: Uint8Array = new Uint8Array(stateBytes + blockBytes)
  for (const [index, word] of initial.entries())
    for (let byte = 0; byte < wordBytes; byte++)
      memory[wordBytes * index + byte] = Number((word >> BigInt(8 * byte)) & 0xffn)
  for (let position = 0; position < padded.length; position += blockBytes) {
    memory.set(padded.subarray(position, position + blockBytes), stateBytes)
    memory = runReference(row, [{ values: [0, 0, stateBytes], memory }])[0]!.memory
  }
  return initial.map((_, index) => hex(memory.slice(wordBytes * index, wordBytes * (index + 1)).reverse())).join('')
}

describe('encodings', () => {
  it('are those of the guest ABI', () => {
    expect(encode(variants[0]!.row, { rd: 10, rs1: 11, rs2: 12 })).toBe(0x04c5c50b)
    expect(encode(variants[1]!.row, { rd: 10, rs1: 11, rs2: 12 })).toBe(0x06c5c50b)
  })
})

describe.each(variants)('$row.name', variant => {
  const { row, wordBytes, other, published } = variant
  const stateBytes = 8 * wordBytes
  const blockBytes = 16 * wordBytes

  it('hashes as published', () => {
    for (const [message, digest] of Object.entries(published))
      expect(hashed(variant, Buffer.from(message))).toBe(digest)
  })

  it('hashes as another implementation, messages of every length up to three blocks', () => {
    for (let length = 0; length <= 3 * blockBytes; length++) {
      const message = randomBytes(length)
      expect(hashed(variant, message)).toBe(hex(other(message)))
    }
  })

  it('reads all of its input before it writes, wherever out, state and block lie', () => {
    const memory = randomBytes(2 * stateBytes + blockBytes + 16)
    const run = (values: readonly number[]): Uint8Array => runReference(row, [{ values, memory }])[0]!.memory
    const [state, block] = [5, 9 + stateBytes]
    const apart = 9 + stateBytes + blockBytes
    const wanted = run([apart, state, block]).subarray(apart, apart + stateBytes)
    for (const out of [0, 1, state, state + 4, stateBytes - 1, block - 3, block, block + 8, block + blockBytes - 1]) {
      const after = run([out, state, block])
      expect(hex(after.subarray(out, out + stateBytes))).toBe(hex(wanted))
      expect(after.subarray(0, out)).toEqual(memory.subarray(0, out))
      expect(after.subarray(out + stateBytes)).toEqual(memory.subarray(out + stateBytes))
    }
  })
})

/** Operands anywhere, at equal addresses, near each other, and at the end of the memory. */
function calls({ wordBytes }: (typeof variants)[number]): OperationCall[] {
  const size = 40 * wordBytes
  const state = size - 8 * wordBytes
  const block = size - 16 * wordBytes
  const anywhere = Array.from({ length: 150 }, () => [random(state + 1), random(state + 1), random(block + 1)])
  const equal = Array.from({ length: 20 }, () => {
    const at = random(state + 1)
    return [at, at, random(block + 1)]
  })
  const corners = [
    [0, 0, 0],
    [state, state, block],
    [block, 0, block],
    [block + 1, block, block],
    [1, 0, 8 * wordBytes],
    [8 * wordBytes, 0, 8 * wordBytes],
  ]
  return [...anywhere, ...equal, ...corners].map(values => ({ values, memory: randomBytes(size) }))
}

describe.each(testCompilers())('the C, compiled by $command', compiler => {
  it.each(targetCpus.flatMap(cpu => variants.map(({ row }, index) => ({ cpu, row, input: calls(variants[index]!) }))))(
    '$row.name for $cpu does the same',
    ({ cpu, row, input }) => {
      expect(runCompiled(extension, row, input, compiler, cpu)).toEqual(runReference(row, input))
    },
  )
})
