/** RV32I and RV64I: integer computation, loads and stores, control transfer. */
import { FUNCT3_MASK, FUNCT7_MASK, OPCODE_MASK, rType } from '../encoding.ts'
import { sext32, signed, zext32 } from '../integer.ts'
import type { AluOp, AluRow, BranchRow, LoadRow, Row, StoreRow } from '../row.ts'
import { amount, shiftMask } from '../shift-amount.ts'

const OP_IMM = 0x13
const OP = 0x33
const OP_IMM_32 = 0x1b
const OP_32 = 0x3b
const LOAD = 0x03
const STORE = 0x23
const BRANCH = 0x63
/** By the low bits of funct3. */
const WIDTHS = [1, 2, 4, 8] as const
type Eval = AluRow['eval']
type Emit = AluRow['c']

const semantics = {
  add: { eval: (a, b) => a + b, c: (a, b) => `${a} + ${b}` },
  sub: { eval: (a, b) => a - b, c: (a, b) => `${a} - ${b}` },
  xor: { eval: (a, b) => a ^ b, c: (a, b) => `${a} ^ ${b}` },
  or: { eval: (a, b) => a | b, c: (a, b) => `${a} | ${b}` },
  and: { eval: (a, b) => a & b, c: (a, b) => `${a} & ${b}` },
  slt: { eval: (a, b, x) => (signed(a, x) < signed(b, x) ? 1n : 0n), c: (a, b) => `(sreg)${a} < (sreg)${b}` },
  sltu: { eval: (a, b) => (a < b ? 1n : 0n), c: (a, b) => `${a} < ${b}` },
  sll: { eval: (a, b, x) => a << (b & shiftMask(x)), c: (a, b, x) => `${a} << ${amount(b, x)}` },
  srl: { eval: (a, b, x) => a >> (b & shiftMask(x)), c: (a, b, x) => `${a} >> ${amount(b, x)}` },
  sra: {
    eval: (a, b, x) => signed(a, x) >> (b & shiftMask(x)),
    c: (a, b, x) => `(reg)((sreg)${a} >> ${amount(b, x)})`,
  },
  addw: { eval: (a, b) => sext32(a + b), c: (a, b) => `sext32((uint32_t)(${a} + ${b}))` },
  subw: { eval: (a, b) => sext32(a - b), c: (a, b) => `sext32((uint32_t)(${a} - ${b}))` },
  sllw: { eval: (a, b) => sext32(a << (b & 31n)), c: (a, b) => `sext32((uint32_t)${a} << ${amount(b, 32)})` },
  srlw: { eval: (a, b) => sext32(zext32(a) >> (b & 31n)), c: (a, b) => `sext32((uint32_t)${a} >> ${amount(b, 32)})` },
  sraw: {
    eval: (a, b) => sext32(a) >> (b & 31n),
    c: (a, b) => `sext32((uint32_t)((int32_t)${a} >> ${amount(b, 32)}))`,
  },
} as const satisfies Partial<Record<AluOp, { eval: Eval; c: Emit }>>
type Operation = keyof typeof semantics

const register = (name: Operation, opcode: number, funct3: number, funct7 = 0): AluRow => ({
  kind: 'alu',
  op: name,
  source: 'register',
  format: 'R',
  name,
  mask: FUNCT7_MASK,
  match: rType(opcode, funct3, funct7),
  only: opcode === OP_32 ? 64 : undefined,
  ...semantics[name],
})
const immediate = (name: string, operation: Operation, opcode: number, funct3: number): AluRow => ({
  kind: 'alu',
  op: operation,
  source: 'immediate',
  format: 'I',
  name,
  mask: FUNCT3_MASK,
  match: opcode | (funct3 << 12),
  only: opcode === OP_IMM_32 ? 64 : undefined,
  ...semantics[operation],
})
/** RV64 shifts have a six-bit amount, RV32 and the W forms five bits: the row's mask says so. */
const shift = (name: string, operation: Operation, funct3: number, top: number): AluRow[] =>
  ([32, 64] as const).map(only => ({
    kind: 'alu',
    op: operation,
    source: 'immediate',
    format: only === 64 ? 'shift' : 'shiftw',
    name,
    only,
    mask: only === 64 ? 0xfc00707f | 0 : FUNCT7_MASK,
    match: rType(OP_IMM, funct3, top),
    ...semantics[operation],
  }))
const shiftW = (name: string, operation: Operation, funct3: number, top: number): AluRow => ({
  kind: 'alu',
  op: operation,
  source: 'immediate',
  format: 'shiftw',
  name,
  only: 64,
  mask: FUNCT7_MASK,
  match: rType(OP_IMM_32, funct3, top),
  ...semantics[operation],
})
/** lb, lh, lw, ld, and with a u behind it what is not extended by its sign; funct3 says the same. */
const load = (name: string, funct3: number, only?: 64): LoadRow => ({
  kind: 'load',
  format: 'I',
  name,
  mask: FUNCT3_MASK,
  match: LOAD | (funct3 << 12),
  width: WIDTHS[funct3 & 3]!,
  signed: funct3 < 4,
  only,
})
const store = (name: string, funct3: number, width: StoreRow['width'], only?: 64): StoreRow => ({
  kind: 'store',
  format: 'S',
  name,
  mask: FUNCT3_MASK,
  match: STORE | (funct3 << 12),
  width,
  only,
})
const branch = (
  condition: BranchRow['condition'],
  funct3: number,
  evaluate: BranchRow['eval'],
  c: BranchRow['c'],
): BranchRow => ({
  kind: 'branch',
  condition,
  format: 'B',
  name: `b${condition}`,
  mask: FUNCT3_MASK,
  match: BRANCH | (funct3 << 12),
  eval: evaluate,
  c,
})

export const rows: readonly Row[] = [
  { kind: 'upper', relative: false, format: 'U', name: 'lui', mask: OPCODE_MASK, match: 0x37 },
  { kind: 'upper', relative: true, format: 'U', name: 'auipc', mask: OPCODE_MASK, match: 0x17 },
  { kind: 'jal', format: 'J', name: 'jal', mask: OPCODE_MASK, match: 0x6f },
  { kind: 'jalr', format: 'I', name: 'jalr', mask: FUNCT3_MASK, match: 0x67 },
  branch(
    'eq',
    0,
    (a, b) => a === b,
    (a, b) => `${a} == ${b}`,
  ),
  branch(
    'ne',
    1,
    (a, b) => a !== b,
    (a, b) => `${a} != ${b}`,
  ),
  branch(
    'lt',
    4,
    (a, b, x) => signed(a, x) < signed(b, x),
    (a, b) => `(sreg)${a} < (sreg)${b}`,
  ),
  branch(
    'ge',
    5,
    (a, b, x) => signed(a, x) >= signed(b, x),
    (a, b) => `(sreg)${a} >= (sreg)${b}`,
  ),
  branch(
    'ltu',
    6,
    (a, b) => a < b,
    (a, b) => `${a} < ${b}`,
  ),
  branch(
    'geu',
    7,
    (a, b) => a >= b,
    (a, b) => `${a} >= ${b}`,
  ),
  load('lb', 0),
  load('lh', 1),
  load('lw', 2),
  load('ld', 3, 64),
  load('lbu', 4),
  load('lhu', 5),
  load('lwu', 6, 64),
  store('sb', 0, 1),
  store('sh', 1, 2),
  store('sw', 2, 4),
  store('sd', 3, 8, 64),
  immediate('addi', 'add', OP_IMM, 0),
  immediate('slti', 'slt', OP_IMM, 2),
  immediate('sltiu', 'sltu', OP_IMM, 3),
  immediate('xori', 'xor', OP_IMM, 4),
  immediate('ori', 'or', OP_IMM, 6),
  immediate('andi', 'and', OP_IMM, 7),
  ...shift('slli', 'sll', 1, 0),
  ...shift('srli', 'srl', 5, 0),
  ...shift('srai', 'sra', 5, 0x20),
  register('add', OP, 0),
  register('sub', OP, 0, 0x20),
  register('sll', OP, 1),
  register('slt', OP, 2),
  register('sltu', OP, 3),
  register('xor', OP, 4),
  register('srl', OP, 5),
  register('sra', OP, 5, 0x20),
  register('or', OP, 6),
  register('and', OP, 7),
  immediate('addiw', 'addw', OP_IMM_32, 0),
  shiftW('slliw', 'sllw', 1, 0),
  shiftW('srliw', 'srlw', 5, 0),
  shiftW('sraiw', 'sraw', 5, 0x20),
  register('addw', OP_32, 0),
  register('subw', OP_32, 0, 0x20),
  register('sllw', OP_32, 1),
  register('srlw', OP_32, 5),
  register('sraw', OP_32, 5, 0x20),
  { kind: 'nop', format: 'fence', name: 'fence', mask: FUNCT3_MASK, match: 0x0f },
]
