/** Small hand-written guests that show every shape the emitter knows. */
import { buildGraph } from '../../src/cfg/graph.ts'
import { lift } from '../../src/cfg/lift.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import type { Graph } from '../../src/ir/program.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf, type SegmentSpec, type SymbolSpec } from '../support/elf-builder.ts'

export const TEXT = 0x200800

/** The worked example of the metering specification: 8 instructions, 164 trace cells. */
export const loopGuest = (a: Assembler): Assembler => a
  .op('addi', { rd: 't0', imm: 3 }).label('loop').op('addi', { rd: 't0', rs1: 't0', imm: -1 }).op('bne', { rs1: 't0', target: 'loop' }).op('terminate')

/** Checks at the head and inside of blocks, a call, a return, a jump to nowhere, host instructions, an unknown word. */
export const memoryGuest = (a: Assembler): Assembler => a
  .op('lui', { rd: 's0', imm: 0x300000 }).op('addi', { rd: 'a1', imm: 5 }).op('jal', { rd: 'ra', target: 'sum' })
  .op('sw', { rs1: 's0', rs2: 'a0', imm: 4 }).op('reveal', { rd: 'zero', rs1: 'a0' })
  .op('beq', { rs1: 'a0', rs2: 'a1', imm: 0x1000 }).op('terminate')
  .label('sum').op('addi', { rd: 'a0' })
  .label('next').op('lw', { rd: 't3', rs1: 's0', imm: 8 }).op('add', { rd: 'a0', rs1: 'a0', rs2: 't3' }).op('lw', { rd: 't4', rs1: 't3', imm: -4 }).op('sb', { rs1: 'sp', rs2: 't4', imm: -1 })
  .op('addi', { rd: 's0', rs1: 's0', imm: 4 }).op('addi', { rd: 'a1', rs1: 'a1', imm: -1 }).op('blt', { rs2: 'a1', target: 'next' })
  .op('jalr', { rs1: 'ra' }).word(0xffff_ffff)

/** The graph of an assembled `openvm` guest. */
export function graphOf(xlen: Xlen, write: (a: Assembler) => unknown, more: { segments?: readonly SegmentSpec[]; symbols?: readonly SymbolSpec[] } = {}): Graph {
  const a = assembler(xlen, TEXT)
  write(a)
  const elf = buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }, ...(more.segments ?? [])], ...(more.symbols && { symbols: more.symbols }) })
  const image = parseElf(elf, 'guest.elf')
  return buildGraph(lift(image, decoderFor(xlen, abiNamed('openvm'))))
}
