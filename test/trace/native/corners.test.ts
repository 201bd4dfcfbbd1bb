/** Operands at the corners of their ranges: the engine writes the rows that the reference writes. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Row } from '../../../src/isa/row.ts'
import { cornerValues } from '../../air/corners.ts'
import { program } from '../../run/support.ts'
import { allRows, type Assembler } from '../../support/assembler.ts'
import { sample } from '../../support/exhaustive.ts'
import { engineChoices, engineFor } from './engines.ts'
import { lengthOf, record, standingAt } from './recorder.ts'
import { expectEqual, replay } from './replayed.ts'

const KINDS = ['alu', 'upper', 'load', 'store', 'branch']

/** Which registers an instruction has: different ones, one for all, x0 as each of them. */
const REGISTERS = [
  { rd: 'a2', rs1: 'a0', rs2: 'a1' },
  { rd: 'a0', rs1: 'a0', rs2: 'a0' },
  { rd: 0, rs1: 'a0', rs2: 'a1' },
  { rd: 'a2', rs1: 0, rs2: 'a1' },
  { rd: 'a2', rs1: 'a0', rs2: 0 },
] as const

function immediatesOf(row: Row, xlen: Xlen): readonly number[] {
  const { format, kind } = row
  if (format === 'shift') return [0, 1, 31, xlen - 1]
  if (format === 'shiftw') return [0, 1, 31]
  if (kind === 'upper') return [0, 4096, 0x7fff_f000, -0x8000_0000, -4096]
  return kind === 'alu' && row.source !== 'register' ? [0, 1, -1, 2047, -2048] : [0]
}

/** The instruction between two loads of its operands and nothing: all pairs of a sample. */
function applied(code: Assembler, row: Row, xlen: Xlen, place: number): void {
  const values = cornerValues(xlen)
  const width = xlen / 8
  const load = xlen === 64 ? 'ld' : 'lw'
  const isUpper = row.kind === 'upper'
  const pairs = values.flatMap((_x, x) => values.map((_y, y) => [x, y] as const))
  const immediates = immediatesOf(row, xlen)
  for (const [turn, [x, y]] of sample(isUpper ? pairs.slice(0, 10) : pairs, place, 5).entries()) {
    code.op(load, { rd: 'a0', rs1: 'gp', imm: x * width }).op(load, { rd: 'a1', rs1: 'gp', imm: y * width })
    const imm = immediates[turn % immediates.length]!
    const registers = REGISTERS[turn % 7] ?? REGISTERS[0]
    if (row.kind === 'branch') code.op(row.name, { ...registers, imm: 8 }).op('addi', { rd: 'a2', rs1: 'a2', imm: 1 })
    else code.op(row.name, { ...registers, imm })
  }
}

/** In the middle of a block, across its end, across the end of a page; unaligned where rows can have that. */
function accessed(code: Assembler, row: Row & { readonly kind: 'load' | 'store' }, xlen: Xlen): void {
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 0x7f8, -1, -3, -8]
  code.li('s0', 0x401000)
  for (const [turn, imm] of all.filter(offset => xlen === 64 || offset % row.width === 0).entries()) {
    const rd = (['a2', 0] as const)[turn % 2]!
    const rs2 = (['a1', 'a2', 0, 's0'] as const)[turn % 4]!
    code.op(row.name, { rs1: 's0', imm, ...(row.kind === 'load' ? { rd } : { rs2 }) })
  }
}

function cornerProgram(xlen: Xlen, rows: readonly Row[]): Uint8Array {
  return program(xlen, code => {
    code.li('gp', 0x400000)
    for (const [index, value] of cornerValues(xlen).entries()) {
      const imm = (xlen / 8) * index
      code.li('a0', BigInt.asIntN(xlen, value)).op(xlen === 64 ? 'sd' : 'sw', { rs1: 'gp', rs2: 'a0', imm })
    }
    for (const [place, row] of rows.entries()) {
      if (row.kind === 'load' || row.kind === 'store') accessed(code, row, xlen)
      else applied(code, row, xlen, place)
    }
    code.op('terminate')
  })
}

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)
  const all = allRows(xlen).filter(({ kind }) => KINDS.includes(kind))

  test.each(KINDS)('%s', async kind => {
    const rows = all.filter(row => row.kind === kind)
    expect(rows.length).toBeGreaterThan(1)
    const elf = cornerProgram(xlen, rows)
    const instructions = lengthOf(standingAt(elf), 1e6)
    const wanted = record(engine.set, standingAt(elf), { instructions, piece: 1000 })
    expectEqual(engine, await replay(engine, wanted.image, wanted.segment, { length: 333, threads: 2 }), wanted)
  })
})
