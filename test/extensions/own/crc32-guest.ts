/** Guests that use the crc32 example, and what zlib says of their memory. */
import { crc32 } from 'node:zlib'
import type { Xlen } from '../../../src/elf/image.ts'
import { encode } from '../../../src/isa/encoding.ts'
import { DATA, program } from '../../run/support.ts'
import { registerNumber, type Assembler, type Register } from '../../support/assembler.ts'

/** The folder of the example. */
export const CRC32 = new URL('../../../cache-fixtures/extensions/crc32', import.meta.url).pathname

/** Longest range that the example takes. */
export const MOST_BYTES = 4096

/** `crc32 rd,rs1,rs2`: custom-2, funct3 0, funct7 0. */
export const crc32Word = (rd: Register, rs1: Register, rs2: Register): number =>
  encode({ format: 'R', match: 0x5b }, { rd: registerNumber(rd), rs1: registerNumber(rs1), rs2: registerNumber(rs2) })

/** Where the guests below write. */
export const BUFFER = 0x400003
export const ROUNDS = 150

/**
 * Each round draws 16 words of random bytes as hints, computes the CRC of 1 to 150 bytes and of none, works on plain
 * registers and memory, and keeps a CRC over everything at DATA. It reveals the last CRC and the sum of all.
 */
export const busyGuest = (xlen: Xlen, rounds = ROUNDS): Uint8Array =>
  program(xlen, code => {
    code
      .li('s0', BUFFER)
      .li('s1', 1)
      .li('gp', DATA)
      .li('s4', rounds + 1)
      .li('s5', 16)
      .label('round')
      .op('hint_random', { rd: 's5' })
      .op('hint_buffer', { rd: 's0', rs1: 's5' })
      .op('andi', { rd: 't3', rs1: 's1', imm: 127 })
      .word(crc32Word('a0', 's0', 't3'))
      .op('xor', { rd: 's2', rs1: 's2', rs2: 'a0' })
      .word(crc32Word(0, 's0', 's1'))
      .word(crc32Word('t4', 's0', 0))
      .op('add', { rd: 's3', rs1: 's3', rs2: 't4' })
      .li('t0', 9)
      .label('work')
      .op('add', { rd: 's3', rs1: 's3', rs2: 'a0' })
      .op('sw', { rs1: 'gp', rs2: 's3', imm: 8 })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'work' })
      .li('t1', 16)
      .word(crc32Word('a1', 'gp', 't1'))
      .op('sw', { rs1: 'gp', rs2: 'a1' })
      .op('andi', { rd: 't2', rs1: 'a1', imm: 0x7ff })
      .op('add', { rd: 't2', rs1: 't2', rs2: 's0' })
      .op('sb', { rs1: 't2', rs2: 's1' })
      .op('addi', { rd: 's0', rs1: 's0', imm: 41 })
      .op('addi', { rd: 's1', rs1: 's1', imm: 1 })
      .op('bne', { rs1: 's1', rs2: 's4', target: 'round' })
      .op('reveal', { rs1: 'a1' })
      .li('t2', 16)
      .op('reveal', { rd: 't2', rs1: 's3' })
      .op('terminate', { imm: 3 })
  })

/** Computes the CRC of every range, in order, and reveals each result at 8-byte steps. */
export const rangesGuest = (xlen: Xlen, ranges: readonly (readonly [address: number, length: number])[]): Uint8Array =>
  program(xlen, code => {
    ranges.forEach(([address, length], index) => {
      code
        .li('a1', address)
        .li('a2', length)
        .word(crc32Word('a0', 'a1', 'a2'))
        .li('t2', 8 * index)
        .op('reveal', { rd: 't2', rs1: 'a0' })
    })
    code.op('terminate')
  })

/** Calls with the two words of its input, address and length, and reveals the result. */
export const askedGuest = (xlen: Xlen): Uint8Array =>
  program(xlen, (code: Assembler) => {
    const load = xlen === 64 ? 'ld' : 'lw'
    code
      .li('s0', DATA)
      .li('s1', 2)
      .li('a0', 77)
      .op('hint_input')
      .op('hint_store', { rd: 's0' })
      .op('hint_buffer', { rd: 's0', rs1: 's1' })
      .op(load, { rd: 'a1', rs1: 's0' })
      .op(load, { rd: 'a2', rs1: 's0', imm: xlen / 8 })
      .label('call')
      .word(crc32Word('a0', 'a1', 'a2'))
      .op('reveal', { rs1: 'a0' })
      .op('terminate')
  })

/** The input of `askedGuest`. */
export function asked(xlen: Xlen, address: bigint, length: bigint): Uint8Array {
  const words =
    xlen === 64
      ? BigUint64Array.of(address, length)
      : Uint32Array.of(Number(BigInt.asUintN(32, address)), Number(BigInt.asUintN(32, length)))
  return new Uint8Array(words.buffer)
}

export const crcOf = (bytes: Uint8Array): bigint => BigInt(crc32(bytes))
