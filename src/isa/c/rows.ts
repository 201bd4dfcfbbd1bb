/** RV32C and RV64C without floating point, which is Zca: half-words that stand for instructions of I. */
import type { CompressedRow, Part } from '../compressed-row.ts'

const TOP = 0xe003
const IMM6: readonly Part[] = [
  [12, 1, 5],
  [2, 5, 0],
]
const LOAD_WORD: readonly Part[] = [
  [10, 3, 3],
  [6, 1, 2],
  [5, 1, 6],
]
const LOAD_DOUBLE: readonly Part[] = [
  [10, 3, 3],
  [5, 2, 6],
]
const JUMP: readonly Part[] = [
  [12, 1, 11],
  [11, 1, 4],
  [9, 2, 8],
  [8, 1, 10],
  [7, 1, 6],
  [6, 1, 7],
  [3, 3, 1],
  [2, 1, 5],
]
const BRANCH: readonly Part[] = [
  [12, 1, 8],
  [10, 2, 3],
  [5, 2, 6],
  [3, 2, 1],
  [2, 1, 5],
]
const SP = 2

const load = (base: 'lw' | 'ld', match: number, imm: readonly Part[], only?: 64): CompressedRow => ({
  name: `c.${base}`,
  mask: TOP,
  match,
  only,
  base,
  rd: "x2'",
  rs1: "x7'",
  imm,
  text: 'rd,imm(rs1)',
})
const store = (base: 'sw' | 'sd', match: number, imm: readonly Part[], only?: 64): CompressedRow => ({
  name: `c.${base}`,
  mask: TOP,
  match,
  only,
  base,
  rs2: "x2'",
  rs1: "x7'",
  imm,
  text: 'rs2,imm(rs1)',
})
/** Shifts by an amount: RV32 has no sixth bit of it. */
const shift = (base: 'srli' | 'srai' | 'slli', mask: number, match: number): CompressedRow[] =>
  ([32, 64] as const).map(only => ({
    name: `c.${base}`,
    mask: only === 32 ? mask | 0x1000 : mask,
    match,
    only,
    base,
    rd: base === 'slli' ? 'x7' : "x7'",
    rs1: base === 'slli' ? 'x7' : "x7'",
    imm: IMM6,
    text: 'rd,hex',
  }))
const arithmetic = (base: 'sub' | 'xor' | 'or' | 'and' | 'subw' | 'addw', match: number, only?: 64): CompressedRow => ({
  name: `c.${base}`,
  mask: 0xfc63,
  match,
  only,
  base,
  rd: "x7'",
  rs1: "x7'",
  rs2: "x2'",
  text: 'rd,rs2',
})
const immediate = (name: string, match: number): Omit<CompressedRow, 'base' | 'text'> => ({
  name,
  mask: TOP,
  match,
  rd: 'x7',
  imm: IMM6,
  signed: 6,
})
const jump = (name: string, match: number, rd: 0 | 1, only?: 32): CompressedRow => ({
  name,
  mask: TOP,
  match,
  only,
  base: 'jal',
  rd,
  imm: JUMP,
  signed: 12,
  text: 'target',
})
const branch = (base: 'beq' | 'bne', match: number): CompressedRow => ({
  name: `c.${base}z`,
  mask: TOP,
  match,
  base,
  rs1: "x7'",
  imm: BRANCH,
  signed: 9,
  text: 'rs1,target',
})

/** Whoever has a part of another's code points comes in front of it. */
export const rows: readonly CompressedRow[] = [
  {
    name: 'c.addi4spn',
    mask: TOP,
    match: 0x0000,
    base: 'addi',
    rd: "x2'",
    rs1: SP,
    imm: [
      [11, 2, 4],
      [7, 4, 6],
      [6, 1, 2],
      [5, 1, 3],
    ],
    nonzero: ['imm'],
    text: 'rd,sp,imm',
  },
  load('lw', 0x4000, LOAD_WORD),
  load('ld', 0x6000, LOAD_DOUBLE, 64),
  store('sw', 0xc000, LOAD_WORD),
  store('sd', 0xe000, LOAD_DOUBLE, 64),
  { name: 'c.nop', mask: 0xffff, match: 0x0001, base: 'addi', text: '' },
  { ...immediate('c.nop', 0x0001), mask: 0xef83, base: 'addi', text: 'imm' },
  { ...immediate('c.addi', 0x0001), base: 'addi', rs1: 'x7', text: 'rd,imm' },
  jump('c.jal', 0x2001, 1, 32),
  { ...immediate('c.addiw', 0x2001), only: 64, base: 'addiw', rs1: 'x7', nonzero: ['rd'], text: 'rd,imm' },
  { ...immediate('c.li', 0x4001), base: 'addi', text: 'rd,imm' },
  {
    name: 'c.addi16sp',
    mask: 0xef83,
    match: 0x6101,
    base: 'addi',
    rd: SP,
    rs1: SP,
    imm: [
      [12, 1, 9],
      [6, 1, 4],
      [5, 1, 6],
      [3, 2, 7],
      [2, 1, 5],
    ],
    signed: 10,
    nonzero: ['imm'],
    text: 'sp,imm',
  },
  {
    name: 'c.lui',
    mask: TOP,
    match: 0x6001,
    base: 'lui',
    rd: 'x7',
    imm: [
      [12, 1, 17],
      [2, 5, 12],
    ],
    signed: 18,
    nonzero: ['imm'],
    text: 'rd,upper',
  },
  ...shift('srli', 0xec03, 0x8001),
  ...shift('srai', 0xec03, 0x8401),
  {
    name: 'c.andi',
    mask: 0xec03,
    match: 0x8801,
    base: 'andi',
    rd: "x7'",
    rs1: "x7'",
    imm: IMM6,
    signed: 6,
    text: 'rd,imm',
  },
  arithmetic('sub', 0x8c01),
  arithmetic('xor', 0x8c21),
  arithmetic('or', 0x8c41),
  arithmetic('and', 0x8c61),
  arithmetic('subw', 0x9c01, 64),
  arithmetic('addw', 0x9c21, 64),
  jump('c.j', 0xa001, 0),
  branch('beq', 0xc001),
  branch('bne', 0xe001),
  ...shift('slli', TOP, 0x0002),
  {
    name: 'c.lwsp',
    mask: TOP,
    match: 0x4002,
    base: 'lw',
    rd: 'x7',
    rs1: SP,
    imm: [
      [12, 1, 5],
      [4, 3, 2],
      [2, 2, 6],
    ],
    nonzero: ['rd'],
    text: 'rd,imm(sp)',
  },
  {
    name: 'c.ldsp',
    mask: TOP,
    match: 0x6002,
    only: 64,
    base: 'ld',
    rd: 'x7',
    rs1: SP,
    imm: [
      [12, 1, 5],
      [5, 2, 3],
      [2, 3, 6],
    ],
    nonzero: ['rd'],
    text: 'rd,imm(sp)',
  },
  { name: 'c.jr', mask: 0xf07f, match: 0x8002, base: 'jalr', rs1: 'x7', nonzero: ['rs1'], text: 'rs1' },
  { name: 'c.mv', mask: 0xf003, match: 0x8002, base: 'add', rd: 'x7', rs2: 'x2', text: 'rd,rs2' },
  { name: 'c.ebreak', mask: 0xffff, match: 0x9002, base: 'ebreak', text: '' },
  { name: 'c.jalr', mask: 0xf07f, match: 0x9002, base: 'jalr', rd: 1, rs1: 'x7', text: 'rs1' },
  { name: 'c.add', mask: 0xf003, match: 0x9002, base: 'add', rd: 'x7', rs1: 'x7', rs2: 'x2', text: 'rd,rs2' },
  {
    name: 'c.swsp',
    mask: TOP,
    match: 0xc002,
    base: 'sw',
    rs2: 'x2',
    rs1: SP,
    imm: [
      [9, 4, 2],
      [7, 2, 6],
    ],
    text: 'rs2,imm(sp)',
  },
  {
    name: 'c.sdsp',
    mask: TOP,
    match: 0xe002,
    only: 64,
    base: 'sd',
    rs2: 'x2',
    rs1: SP,
    imm: [
      [10, 3, 3],
      [7, 3, 6],
    ],
    text: 'rs2,imm(sp)',
  },
]
