/** Half-words → the instructions of 32 bits that they stand for. */
import type { Xlen } from '../elf/image.ts'
import { rows as c } from './c/rows.ts'
import type { CompressedOperands, CompressedRow, RegisterField } from './compressed-row.ts'
import { encode } from './encoding.ts'
import { rows as i } from './i/rows.ts'
import { rows as m } from './m/rows.ts'
import type { Row } from './row.ts'
import { rows as zba } from './zba/rows.ts'
import { rows as zbb } from './zbb/rows.ts'
import { rows as zcb } from './zcb/rows.ts'

function registerIn(half: number, field: RegisterField | undefined): number {
  if (field === undefined || typeof field === 'number') return field ?? 0
  const bits = half >>> Number(field[1])
  return field.length === 2 ? bits & 31 : 8 + (bits & 7)
}

function immediateIn(half: number, { imm = 0, signed = 0 }: CompressedRow): number {
  if (typeof imm === 'number') return imm
  const bits = imm.reduce((sum, [at, width, to]) => sum | (((half >>> at) & ((1 << width) - 1)) << to), 0)
  return signed === 0 ? bits : (bits << (32 - signed)) >> (32 - signed)
}

/** The operands of a half-word of this row; undefined where it is reserved. */
export function operandsOf(row: CompressedRow, half: number): CompressedOperands | undefined {
  const operands = {
    rd: registerIn(half, row.rd),
    rs1: registerIn(half, row.rs1),
    rs2: registerIn(half, row.rs2),
    imm: immediateIn(half, row),
  }
  return row.nonzero?.some(name => operands[name] === 0) === true ? undefined : operands
}

/** The row that a half-word belongs to, reserved code points included: the first that has it. */
export const compressedRowOf = (rows: readonly CompressedRow[], half: number, xlen: Xlen): CompressedRow | undefined =>
  rows.find(({ mask, match, only }) => (half & mask) === match && (only === undefined || only === xlen))

/** Where the instructions are that half-words stand for, and one that guest ABIs have or have not. */
const BASES: readonly Base[] = [
  ...[i, m, zba, zbb].flat(),
  { name: 'ebreak', format: 'none', match: 0x0010_0073, only: undefined },
]
type Base = Pick<Row, 'name' | 'format' | 'match' | 'only'>

/** No expansion has been asked for. */
const UNASKED = 1

/** The instructions that half-words stand for, of a guest with these rows: 0 where a half-word is reserved. */
export function expander(xlen: Xlen, rows: readonly CompressedRow[]): (half: number) => number {
  const known = new Uint32Array(0x10000).fill(UNASKED)
  const bases = new Map(BASES.filter(({ only }) => (only ?? xlen) === xlen).map(base => [base.name, base]))
  const expand = (half: number): number => {
    const row = compressedRowOf(rows, half, xlen)
    const operands = row && operandsOf(row, half)
    if (row === undefined || operands === undefined) return 0
    // Hints do nothing; what marks a step is a whole word (docs/profile.md).
    const isHint = row.base === 'addi' && operands.rd === 0
    return encode(bases.get(row.base)!, isHint ? { ...operands, imm: 0 } : operands)
  }
  return half => {
    if (known[half] === UNASKED) known[half] = expand(half)
    return known[half]!
  }
}

/** All rows of half-words. */
export const compressedRows: Readonly<Record<'c' | 'zcb', readonly CompressedRow[]>> = { c, zcb }
