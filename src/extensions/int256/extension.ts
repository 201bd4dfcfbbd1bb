/** The extension `int256`: arithmetic and a branch of 256 bits (docs/guest-abi.md, "ABI openvm: extensions"). */
import { resourceText } from '../../resources.ts'
import { FUNCT3_MASK, FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallRow } from '../../isa/row.ts'
import { shippedList } from '../air-list.ts'
import type { ExtensionChip, ExtensionDefinition, ExtensionFile } from '../extension.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'

const CUSTOM_0 = 0x0b
const ARITHMETIC = 0b101
const BRANCH = 0b110
const BITS = 256
const BYTES = BITS / 8
const PATHS = ['int256.c', 'words.h'] as const

const signed = (value: bigint): bigint => BigInt.asIntN(BITS, value)
const amount = (value: bigint): bigint => value & 0xffn

/** Reference semantics on unsigned 256-bit integers, in the order of funct7; the caller truncates the result. */
const arithmetic: readonly (readonly [name: string, evaluate: (a: bigint, b: bigint) => bigint])[] = [
  ['add', (a, b) => a + b],
  ['sub', (a, b) => a - b],
  ['xor', (a, b) => a ^ b],
  ['or', (a, b) => a | b],
  ['and', (a, b) => a & b],
  ['sll', (a, b) => a << amount(b)],
  ['srl', (a, b) => a >> amount(b)],
  ['sra', (a, b) => signed(a) >> amount(b)],
  ['slt', (a, b) => (signed(a) < signed(b) ? 1n : 0n)],
  ['sltu', (a, b) => (a < b ? 1n : 0n)],
  ['mul', (a, b) => a * b],
]

const rows: readonly CallRow[] = [
  ...arithmetic.map(([name, evaluate], funct7): CallRow => ({
    kind: 'call',
    format: 'R',
    name: `int256_${name}`,
    mask: FUNCT7_MASK,
    match: rType(CUSTOM_0, ARITHMETIC, funct7),
    c: `rvr_int256_${name}`,
    files: PATHS,
    operands: [
      { register: 'rd', access: 'write', bytes: BYTES },
      { register: 'rs1', access: 'read', bytes: BYTES },
      { register: 'rs2', access: 'read', bytes: BYTES },
    ],
    execute: operands => {
      const [rd, rs1, rs2] = operands as readonly Uint8Array[]
      writeInteger(BigInt.asUintN(BITS, evaluate(readInteger(rs1!), readInteger(rs2!))), rd!)
      return {}
    },
  })),
  {
    kind: 'call',
    format: 'B',
    name: 'int256_beq',
    mask: FUNCT3_MASK,
    match: CUSTOM_0 | (BRANCH << 12),
    c: 'rvr_int256_beq',
    files: PATHS,
    operands: [
      { register: 'rs1', access: 'read', bytes: BYTES },
      { register: 'rs2', access: 'read', bytes: BYTES },
    ],
    result: 'branch',
    execute: operands => {
      const [rs1, rs2] = operands as readonly Uint8Array[]
      return { result: readInteger(rs1!) === readInteger(rs2!) ? 1n : 0n }
    },
  },
]

/** The prover's own figures. */
const chips: readonly ExtensionChip[] = [
  { name: 'Int256AddSub', width: 107, interactions: 82, operations: ['int256_add', 'int256_sub'] },
  { name: 'Int256LessThan', width: 111, interactions: 69, operations: ['int256_slt', 'int256_sltu'] },
  { name: 'Int256ShiftLogical', width: 172, interactions: 99, operations: ['int256_sll', 'int256_srl'] },
  { name: 'Int256ShiftRightArith', width: 170, interactions: 100, operations: ['int256_sra'] },
  { name: 'Int256Bitwise', width: 156, interactions: 98, operations: ['int256_xor', 'int256_or', 'int256_and'] },
  { name: 'Int256Mul', width: 154, interactions: 130, operations: ['int256_mul'] },
  { name: 'Int256BranchEq', width: 80, interactions: 45, operations: ['int256_beq'] },
]

/** Products of 256-bit integers look up pairs of 8 and 13 bits; the table of smaller machines has fewer. */
const constantHeights = { RangeTuple: 2 ** 21 }

const file = (path: string, folder: string): ExtensionFile => ({
  path,
  content: resourceText(`ffi/${folder}/${path}`),
})

const airs = { 64: shippedList('int256', 'rv64') }

export const int256: ExtensionDefinition = {
  name: 'int256',
  tables: ['bigint'],
  implied: {},
  create: () => ({
    name: 'int256',
    rows,
    chips,
    airs,
    constantHeights,
    files: [file('int256.c', 'int256'), file('words.h', 'field')],
  }),
}
