/** The partition of a guest's code into functions: every slot in one, with symbols and without. */
import { describe, expect, test } from 'vitest'
import { parseElf } from '../../../src/elf/parse.ts'
import { functionAt, functionsOf } from '../../../src/modes/calls/functions.ts'
import { slotRanges } from '../../../src/program/slots.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { buildElf, type SectionSpec, type SegmentSpec, type SymbolSpec } from '../../support/elf-builder.ts'

const TEXT = 0x10000

interface Made {
  readonly symbols?: readonly SymbolSpec[]
  readonly sections?: readonly SectionSpec[]
  readonly more?: readonly SegmentSpec[]
  readonly entry?: number
}

function imageOf(write: (code: Assembler) => unknown, { symbols, sections, more = [], entry = TEXT }: Made = {}) {
  const code = assembler(64, TEXT)
  write(code)
  const segments = [{ address: TEXT, bytes: code.finish(), flags: 5 }, ...more]
  return parseElf(buildElf({ xlen: 64, entry, segments, symbols, sections }), 'guest')
}

const nops = (code: Assembler, count: number): Assembler => {
  for (let index = 0; index < count; index++) code.op('addi')
  return code
}

const hex = (addresses: Uint32Array): string[] => [...addresses].map(address => (address - TEXT).toString(16))

describe('with symbols', () => {
  test('one function for each address, aliases and overlaps too; objects and labels make none', () => {
    const image = imageOf(code => nops(code, 16), {
      symbols: [
        { name: 'a', address: TEXT, size: 0x20 },
        { name: 'alias', address: TEXT, size: 0x10 },
        { name: 'inner', address: TEXT + 8, size: 8 },
        { name: 'label', address: TEXT + 0x18, type: 0 },
        { name: 'table', address: TEXT + 0x1c, type: 1 },
        { name: 'odd', address: TEXT + 0x22 },
        { name: 'b', address: TEXT + 0x24 },
        { name: 'far', address: TEXT + 0x4000 },
      ],
    })
    const functions = functionsOf(image, 4)
    expect(hex(functions.starts)).toEqual(['0', '8', '24'])
    expect(hex(functions.ends)).toEqual(['8', '24', '40'])
    expect([0, 4, 8, 0x20, 0x24, 0x3c, 0x40, -4].map(at => functionAt(functions, TEXT + at))).toEqual([
      0, 0, 1, 1, 2, 2, -1, -1,
    ])
    expect(functionsOf(image, 4)).toBe(functions)
  })

  test('a call into a sized function is no start, one behind it is', () => {
    const image = imageOf(
      code =>
        nops(code.op('jal', { rd: 1, imm: 16 }).op('jal', { rd: 5, imm: 0x1c }).op('jal', { rd: 6, imm: 0x24 }), 13),
      { symbols: [{ name: 'a', address: TEXT, size: 0x18 }] },
    )
    const functions = functionsOf(image, 4)
    expect(hex(functions.starts)).toEqual(['0', '20'])
    expect([hex(functions.sites), [...functions.firstSite]]).toEqual([
      ['0', '4'],
      [0, 2, 2],
    ])
  })
})

describe('without symbols', () => {
  test('direct calls and the entry start functions, near ones and far ones', () => {
    const image = imageOf(
      code =>
        nops(
          code
            .op('jal', { rd: 1, imm: 0x20 })
            .op('auipc', { rd: 1, imm: 0x1000 })
            .op('jalr', { rd: 1, rs1: 1, imm: 0x30 - 4 - 0x1000 })
            .op('auipc', { rd: 6, imm: 0 })
            .op('jalr', { rd: 1, rs1: 7, imm: 0x14 })
            .op('jal', { rd: 0, imm: 0x24 }),
          14,
        ),
      { entry: TEXT + 0x3c },
    )
    const functions = functionsOf(image, 4)
    expect(hex(functions.starts)).toEqual(['0', '20', '3c'])
    expect(hex(functions.sites)).toEqual(['0', '8'])
  })

  test('backward calls', () => {
    const image = imageOf(code => nops(code, 3).op('jal', { rd: 1, imm: -8 }))
    expect(hex(functionsOf(image, 4).starts)).toEqual(['0', '4'])
  })

  test('what section headers call data calls nobody', () => {
    const image = imageOf(code => nops(code.op('jal', { rd: 1, imm: 12 }).op('jal', { rd: 1, imm: 12 }), 6), {
      sections: [
        { address: TEXT + 4, size: 4, flags: 2 },
        { address: TEXT + 8, size: 0x18, flags: 6 },
      ],
    })
    expect(hex(functionsOf(image, 4).starts)).toEqual(['0', 'c'])
  })
})

test('several executable segments, one with zero bytes behind those of the file', () => {
  const more = [
    { address: TEXT + 0x1002, bytes: new Uint8Array(10), flags: 5, memorySize: 0x100 },
    { address: TEXT + 0x2000, bytes: new Uint8Array(8), flags: 6 },
  ]
  const image = imageOf(code => nops(code, 4).op('jal', { rd: 1, imm: 0x1040 }), {
    more,
    symbols: [{ name: 'data', address: TEXT + 0x2000 }],
  })
  const functions = functionsOf(image, 4)
  expect(hex(functions.starts)).toEqual(['0', '1004', '1050'])
  expect(hex(functions.ends)).toEqual(['14', '1050', '1100'])
  const slots = slotRanges(image, 4).reduce((sum, { base, end }) => sum + (end - base) / 4, 0)
  expect(functions.ends.reduce((sum, end, index) => sum + (end - functions.starts[index]!) / 4, 0)).toBe(slots)
  expect(functionAt(functions, TEXT + 0x1000)).toBe(-1)
})
