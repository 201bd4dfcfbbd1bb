/** An extension of a user's own: CRC-32 of a range of guest memory as one instruction, `crc32 rd,rs1,rs2`. */
import type { CallOutcome, CallValue, Extension } from '../../../src/index.ts'

/** custom-2, funct3 0, funct7 0. */
const MASK = 0xfe00707f
const MATCH = 0x5b
/** Longer ranges are refused; the guest asks for them in pieces. */
const MOST_BYTES = 4096
/** The reflected polynomial of IEEE 802.3. */
const POLYNOMIAL = 0xedb88320

/** Reference semantics: bit by bit, for the interpreter and for checking the C. */
function crc32([bytes]: readonly CallValue[]): CallOutcome {
  let crc = 0xffff_ffff
  for (const byte of bytes as Uint8Array) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
  }
  return { result: BigInt(~crc >>> 0) }
}

const extension: Extension = {
  name: 'crc32',
  rows: [{
    kind: 'call', format: 'R', name: 'crc32', mask: MASK, match: MATCH,
    operands: [
      { register: 'rs1', access: 'read', bytes: 'rs2', most: MOST_BYTES },
      { register: 'rs2', access: 'value' },
    ],
    result: 'register', c: 'crc32_of_memory', execute: crc32,
    extraRows: { crc32_block: 64 },
  }],
  sources: ['crc32.c'],
  headers: ['table.h'],
  chips: [
    { name: 'Crc32', width: 40, interactions: 12, operations: ['crc32'] },
    { name: 'Crc32Block', width: 200, interactions: 20, operations: ['crc32_block'] },
  ],
}

export default extension
