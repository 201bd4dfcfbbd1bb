/** Zcb: further half-words, for instructions of I, M, Zba and Zbb; a guest has those whose instruction it has. */
import type { CompressedRow, Part } from '../compressed-row.ts'

const BYTES: readonly Part[] = [
  [6, 1, 0],
  [5, 1, 1],
]
const HALVES: readonly Part[] = [[5, 1, 1]]

const load = (base: 'lbu' | 'lhu' | 'lh', mask: number, match: number): CompressedRow => ({
  name: `c.${base}`,
  mask,
  match,
  base,
  rd: "x2'",
  rs1: "x7'",
  imm: base === 'lbu' ? BYTES : HALVES,
  text: 'rd,imm(rs1)',
})
const store = (base: 'sb' | 'sh', mask: number, match: number): CompressedRow => ({
  name: `c.${base}`,
  mask,
  match,
  base,
  rs2: "x2'",
  rs1: "x7'",
  imm: base === 'sb' ? BYTES : HALVES,
  text: 'rs2,imm(rs1)',
})
const unary = (name: string, match: number, base: string, more: Partial<CompressedRow> = {}): CompressedRow => ({
  name,
  mask: 0xfc7f,
  match,
  base,
  rd: "x7'",
  rs1: "x7'",
  text: 'rd',
  ...more,
})

export const rows: readonly CompressedRow[] = [
  load('lbu', 0xfc03, 0x8000),
  load('lhu', 0xfc43, 0x8400),
  load('lh', 0xfc43, 0x8440),
  store('sb', 0xfc03, 0x8800),
  store('sh', 0xfc43, 0x8c00),
  unary('c.zext.b', 0x9c61, 'andi', { imm: 0xff }),
  unary('c.sext.b', 0x9c65, 'sext.b'),
  unary('c.zext.h', 0x9c69, 'zext.h'),
  unary('c.sext.h', 0x9c6d, 'sext.h'),
  unary('c.zext.w', 0x9c71, 'add.uw', { only: 64 }),
  unary('c.not', 0x9c75, 'xori', { imm: -1 }),
  {
    name: 'c.mul',
    mask: 0xfc63,
    match: 0x9c41,
    base: 'mul',
    rd: "x7'",
    rs1: "x7'",
    rs2: "x2'",
    text: 'rd,rs2',
  },
]
