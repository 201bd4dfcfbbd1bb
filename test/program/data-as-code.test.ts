/** Data in the executable segment is not compiled: section headers say what is code, and where they do not, what something leads to (rodata-compiled-as-code). */
import { describe, expect, test } from 'vitest'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { definedSlots } from '../../src/program/slots.ts'
import type { Program } from '../../src/program/program.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf, type SectionSpec, type SymbolSpec } from '../support/elf-builder.ts'
import { randomSource } from '../support/random.ts'

const TEXT = 0x200800
const CODE = 5

/** Code, then as many random bytes in the same segment. */
function segment(write: (a: Assembler) => unknown, randomBytes: number): { bytes: Uint8Array; data: number } {
  const a = assembler(64, TEXT)
  const random = randomSource(9)
  write(a)
  const code = a.finish()
  const bytes = new Uint8Array(code.length + randomBytes)
  bytes.set(code)
  for (let at = code.length; at < bytes.length; at++) bytes[at] = random(256)
  return { bytes, data: TEXT + code.length }
}

function lifted(
  bytes: Uint8Array,
  more: { sections?: readonly SectionSpec[]; symbols?: readonly SymbolSpec[] } = {},
): Program {
  const image = parseElf(
    buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes, flags: CODE }], ...more }),
    'guest.elf',
  )
  return lift(image, decoderFor(64, abiNamed('openvm')))
}

const compiled = ({ instrs, base }: Program): number[] =>
  instrs.flatMap((instr, slot) => (instr === undefined ? [] : [base + slot * 4]))
const spin = (a: Assembler): void => {
  a.op('addi', { rd: 'a0', imm: 1 })
    .op('jal', { rd: 'ra', target: 'f' })
    .op('terminate')
    .label('f')
    .op('jalr', { rs1: 'ra' })
}

test('256 KiB of random bytes are no code, with section headers and without', () => {
  const { bytes, data } = segment(spin, 2 ** 18)
  const words = bytes.length / 4
  const sections = [
    { address: TEXT, size: data - TEXT, flags: 2 | 4 },
    { address: data, size: bytes.length - (data - TEXT), flags: 2 },
  ]
  const decode = decoderFor(64, abiNamed('openvm'))
  const defined = [...new Int32Array(bytes.buffer)].filter(word => decode(word, 0) !== undefined).length
  expect(defined).toBeGreaterThan(1000)
  const told = lifted(bytes, { sections })
  const untold = lifted(bytes)
  expect(compiled(told)).toEqual([TEXT, TEXT + 4, TEXT + 8, TEXT + 12])
  expect(compiled(untold).slice(0, 4)).toEqual([TEXT, TEXT + 4, TEXT + 8, TEXT + 12])
  // Some words look like addresses of the segment.
  expect(compiled(untold).length).toBeLessThan(100)
  for (const program of [told, untold]) {
    expect(program.instrs).toHaveLength(words)
    expect(buildGraph(program).blocks.length).toBeLessThan(100)
    // What the trace holds is another matter (docs/metering.md, "Heights"): every word that is an instruction.
    expect(definedSlots(program.image, decode)).toBe(defined)
  }
})

describe('without section headers code is what something leads to:', () => {
  const reached = (write: (a: Assembler) => unknown, symbols?: SymbolSpec[]): number[] =>
    compiled(lifted(segment(write, 0).bytes, symbols && { symbols })).map(pc => (pc - TEXT) / 4)

  test('branches, jumps, calls, what is behind calls and host instructions', () => {
    expect(
      reached(a =>
        a
          .op('beq', { target: 'b' })
          .op('jal', { target: 'c' })
          .op('addi')
          .op('addi')
          .label('b')
          .op('jal', { rd: 'ra', target: 'd' })
          .op('hint_input')
          .op('jalr')
          .op('addi')
          .label('c')
          .op('jalr')
          .op('addi')
          .label('d')
          .op('jalr', { rs1: 'ra' })
          .op('addi'),
      ),
    ).toEqual([0, 1, 4, 5, 6, 8, 10])
  })

  test('auipc and jalr side by side', () => {
    expect(
      reached(a => a.op('auipc', { rd: 't0' }).op('jalr', { rs1: 't0', imm: 16 }).op('addi').op('addi').op('jalr')),
    ).toEqual([0, 1, 4])
  })

  test('function symbols, words that look like addresses, constants that code builds, tables of offsets', () => {
    const jump = (a: Assembler): Assembler => a.op('jalr', { rs1: 't0' })
    expect(reached(a => jump(a).op('addi').op('jalr'), [{ name: 'f', address: TEXT + 8 }])).toEqual([0, 2])
    expect(
      reached(a =>
        jump(a)
          .op('addi')
          .op('jalr')
          .word(TEXT + 8),
      ),
    ).toEqual([0, 2])
    expect(
      reached(a =>
        jump(a.op('auipc', { rd: 't0' }).op('addi', { rd: 't0', rs1: 't0', imm: 16 }))
          .op('addi')
          .op('jalr'),
      ),
    ).toEqual([0, 1, 2, 4])
    expect(
      reached(a =>
        jump(a.op('auipc', { rd: 't0' }).op('addi', { rd: 't0', rs1: 't0', imm: 20 }))
          .op('addi')
          .op('jalr')
          .word(-4 >>> 0)
          .word(3),
      ),
    ).toEqual([0, 1, 2, 4])
  })
})

test('section headers that lie decide what is compiled and nothing else', () => {
  const { bytes } = segment(spin, 1024)
  const size = bytes.length
  const all = compiled(lifted(bytes))
  // All of it data: what code itself leads to is code all the same.
  expect(compiled(lifted(bytes, { sections: [{ address: TEXT, size, flags: 2 }] }))).toEqual(
    all.filter(pc => pc < TEXT + 16),
  )
  // All of it code, twice, and data too.
  const known = compiled(lifted(bytes, { sections: [{ address: TEXT, size, flags: 6 }] }))
  expect(known.length).toBeGreaterThan(all.length)
  expect(
    compiled(
      lifted(bytes, {
        sections: [
          { address: TEXT, size, flags: 6 },
          { address: TEXT - 8, size: 2 ** 40, flags: 2 },
          { address: TEXT, size, flags: 6 },
        ],
      }),
    ),
  ).toEqual(known)
  // Sections that take no bytes of the file, are not loaded or lie elsewhere say nothing.
  for (const section of [
    { address: TEXT, size, flags: 2, type: 8 },
    { address: TEXT, size, flags: 0 },
    { address: 2 ** 40, size, flags: 2 },
  ])
    expect(compiled(lifted(bytes, { sections: [section] }))).toEqual(all)
})
