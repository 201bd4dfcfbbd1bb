/** Small hand-written guests that show every shape the emitter knows. */
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import type { Graph } from '../../src/program/program.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf, type SegmentSpec, type SymbolSpec } from '../support/elf-builder.ts'

export const TEXT = 0x200800

/** The worked example of docs/metering.md, "Cost": 8 instructions, 164 trace cells. */
export const loopGuest = (a: Assembler): Assembler =>
  a
    .op('addi', { rd: 't0', imm: 3 })
    .label('loop')
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('bne', { rs1: 't0', target: 'loop' })
    .op('terminate')

/** Checks at the head and inside of blocks, a call, a return, a jump to nowhere, host instructions, an unknown word. */
export const memoryGuest = (a: Assembler): Assembler =>
  a
    .op('lui', { rd: 's0', imm: 0x300000 })
    .op('addi', { rd: 'a1', imm: 5 })
    .op('jal', { rd: 'ra', target: 'sum' })
    .op('sw', { rs1: 's0', rs2: 'a0', imm: 4 })
    .op('reveal', { rd: 'zero', rs1: 'a0' })
    .op('beq', { rs1: 'a0', rs2: 'a1', imm: 0x1000 })
    .op('terminate')
    .label('sum')
    .op('addi', { rd: 'a0' })
    .label('next')
    .op('lw', { rd: 't3', rs1: 's0', imm: 8 })
    .op('add', { rd: 'a0', rs1: 'a0', rs2: 't3' })
    .op('lw', { rd: 't4', rs1: 't3', imm: -4 })
    .op('sb', { rs1: 'sp', rs2: 't4', imm: -1 })
    .op('addi', { rd: 's0', rs1: 's0', imm: 4 })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('blt', { rs2: 'a1', target: 'next' })
    .op('jalr', { rs1: 'ra' })
    .word(0xffff_ffff)

/** A loop of 64-bit arithmetic for RV32: a product is added to a sum in memory, and the sum is rotated and mixed. */
export const pairGuest = (a: Assembler): Assembler =>
  a
    .op('lui', { rd: 's0', imm: 0x300000 })
    .op('addi', { rd: 'a1', imm: 5 })
    .label('next')
    .op('lw', { rd: 's2', rs1: 's0', imm: 8 })
    .op('lw', { rd: 's3', rs1: 's0', imm: 12 })
    .op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' })
    .op('mulhu', { rd: 'a3', rs1: 'a0', rs2: 'a1' })
    .op('add', { rd: 'a4', rs1: 'a2', rs2: 's2' })
    .op('sltu', { rd: 't0', rs1: 'a4', rs2: 'a2' })
    .op('add', { rd: 'a5', rs1: 'a3', rs2: 's3' })
    .op('add', { rd: 'a5', rs1: 'a5', rs2: 't0' })
    .op('slli', { rd: 't0', rs1: 'a4', imm: 7 })
    .op('srli', { rd: 't1', rs1: 'a5', imm: 25 })
    .op('or', { rd: 't0', rs1: 't0', rs2: 't1' })
    .op('slli', { rd: 't1', rs1: 'a5', imm: 7 })
    .op('srli', { rd: 't2', rs1: 'a4', imm: 25 })
    .op('or', { rd: 't1', rs1: 't1', rs2: 't2' })
    .op('xor', { rd: 'a4', rs1: 'a4', rs2: 't0' })
    .op('xor', { rd: 'a5', rs1: 't1', rs2: 'a5' })
    .op('sw', { rs1: 's0', rs2: 'a4', imm: 8 })
    .op('sw', { rs1: 's0', rs2: 'a5', imm: 12 })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('blt', { rs2: 'a1', target: 'next' })
    .op('terminate')

/** The graph of an assembled `openvm` guest. */
export function graphOf(
  xlen: Xlen,
  write: (a: Assembler) => unknown,
  more: { segments?: readonly SegmentSpec[]; symbols?: readonly SymbolSpec[] } = {},
): Graph {
  const a = assembler(xlen, TEXT)
  write(a)
  const elf = buildElf({
    xlen,
    entry: TEXT,
    segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }, ...(more.segments ?? [])],
    ...(more.symbols && { symbols: more.symbols }),
  })
  const image = parseElf(elf, 'guest.elf')
  return buildGraph(lift(image, decoderFor(xlen, abiNamed('openvm'))))
}
