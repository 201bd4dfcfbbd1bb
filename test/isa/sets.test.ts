/** Instruction sets: which a guest has, that their rows do not overlap, and that they are what LLVM's assembler writes. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { guestAbi } from '../../src/extensions/registry.ts'
import { disassemble } from '../../src/isa/disassemble.ts'
import { encode } from '../../src/isa/encoding.ts'
import { foreignText } from '../../src/isa/foreign.ts'
import type { Row } from '../../src/isa/row.ts'
import { missingSets, setNames, setsAsked, setsGiven, tablesOf, type SetName } from '../../src/isa/sets.ts'
import { createDecoder } from '../../src/isa/table.ts'
import { randomSource } from '../support/random.ts'
import { rowsOfSets } from '../support/sets.ts'
import { fieldsOf, otherExtensions, wordOf } from './words/specified.ts'

const MC = 'llvm-mc-22'
const further = setNames.filter(name => !['i', 'm', 'c', 'zcb', 'zmmul'].includes(name))

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function immediateOf({ format }: Row, random: (bound: number) => number): number {
  if (format === 'csr' || format === 'csri') return random(4096) - 2048
  const bound = { shift: 64, shiftw: 32, amo: 4, lr: 4 }[format as string]
  return bound === undefined ? 0 : random(bound)
}

/** The words of assembly text. */
function assembled(xlen: 32 | 64, lines: readonly string[]): number[] {
  const features = further.map(name => `+${name}`).join()
  const text = execFileSync(MC, [`-triple=riscv${xlen}`, `-mattr=${features}`, '-show-encoding'], {
    input: lines.join('\n'),
    encoding: 'utf8',
  })
  return [...text.matchAll(/encoding: \[0x(..),0x(..),0x(..),0x(..)\]/g)].map(([, a, b, c, d]) =>
    Number.parseInt(`${d}${c}${b}${a}`, 16),
  )
}

describe.each([32, 64] as const)('RV%i', xlen => {
  /** Each set with its neighbours, and all at once. */
  const choices: readonly (readonly SetName[])[] = [further, ...further.map(name => [name])]

  test('each row round the encoder and the decoder; LLVM assembles what is disassembled to the same words', () => {
    const random = randomSource(xlen)
    const lines: string[] = []
    const words: number[] = []
    for (const names of choices) {
      const decode = createDecoder(xlen, tablesOf(['i', 'm', ...names]))
      for (const row of rowsOfSets(names, xlen)) {
        for (let round = 0; round < 12; round++) {
          const imm = immediateOf(row, random)
          const operands = row.kind === 'nop' ? {} : { rd: random(32), rs1: random(32), rs2: random(32), imm }
          const word = encode(row, operands)
          const instr = decode(word | 0, 0x1000)
          expect(instr?.row.name, row.name).toBe(row.name)
          expect(encode(row, row.kind === 'nop' ? {} : instr!)).toBe(word)
          lines.push(disassemble(instr!))
          words.push(word)
        }
      }
    }
    expect(words.length).toBeGreaterThan(1000)
    if (has(MC)) expect(assembled(xlen, lines).map(word => word.toString(16))).toEqual(words.map(w => w.toString(16)))
  })

  test('Zba, Zbb, Zbc and Zbs have the words that the manual gives them, and no others', () => {
    const wrong: string[] = []
    for (const name of ['Zba', 'Zbb', 'Zbc', 'Zbs']) {
      const set = name.toLowerCase() as SetName
      const decode = createDecoder(xlen, tablesOf([set]))
      for (const opcode of [0x13, 0x1b, 0x33, 0x3b])
        for (let funct3 = 0; funct3 < 8; funct3++)
          for (let funct7 = 0; funct7 < 128; funct7++)
            for (let rs2 = 0; rs2 < 32; rs2++) {
              const word = wordOf({ opcode, rd: 5, funct3, rs1: 6, rs2, funct7 })
              if ((decode(word | 0, 0) !== undefined) !== otherExtensions[name]!(fieldsOf(word), xlen))
                wrong.push(`${name} ${word.toString(16)}`)
            }
    }
    expect(wrong.slice(0, 8)).toEqual([])
  })

  test('what two sets have is one row; zext.h is pack where there is one', () => {
    const rows = tablesOf(['zbb', 'zbkb']).flatMap(table => table.rows)
    expect(new Set(rows).size).toBe(rows.length)
    expect(rows.filter(({ name }) => name === 'andn')).toHaveLength(1)
    const word =
      encode(
        rowsOfSets(['zbb'], xlen).find(({ name }) => name === 'zext.h')!,
        { rd: 5, rs1: 6 },
      ) | 0
    const nameIn = (names: readonly SetName[]) => createDecoder(xlen, tablesOf(names))(word, 0)?.row.name
    expect(nameIn(['zbb'])).toBe('zext.h')
    expect(nameIn(['zbb', 'zbkb'])).toBe(xlen === 32 ? 'pack' : 'packw')
  })

  test('the sets are part of an ABI and of its digest', async () => {
    for (const name of ['openvm', 'linux'] as const) {
      const plain = await guestAbi({ name })
      const more = await guestAbi({ name, sets: ['i', 'm', 'zba'] })
      const all = await guestAbi({ name, sets: ['i', 'm', ...further] })
      expect(new Set([plain.digest, more.digest, all.digest]).size).toBe(3)
      expect(more.extensions.map(extension => extension.name)).toContain('zba')
    }
  })
})

test('sets that a file asks for', () => {
  expect(setsAsked({ architecture: undefined, isCompressed: false })).toBeUndefined()
  expect(setsAsked({ architecture: 'rv64i2p1', isCompressed: false })).toBeUndefined()
  expect(setsAsked({ architecture: 'rv64i2p1_m2p0_zmmul1p0_zihintpause2p0', isCompressed: false })).toBeUndefined()
  expect(setsAsked({ architecture: 'rv64i2p1_m2p0_a2p1_zbs1p0_zba1p0_zicond1p0', isCompressed: false })).toEqual([
    'i',
    'm',
    'zicond',
    'zaamo',
    'zalrsc',
    'zba',
    'zbs',
  ])
  expect(setsAsked({ architecture: 'rv64i2p1_m2p0_zalrsc1p0_zicntr2p0', isCompressed: false })).toEqual([
    'i',
    'm',
    'zicsr',
    'zalrsc',
  ])
  expect(setsAsked({ architecture: 'rv32i2p1_zmmul1p0', isCompressed: false })).toEqual(['i', 'zmmul'])
  expect(setsAsked({ architecture: 'rv32i2p1_m2p0_b1p0', isCompressed: false })).toEqual([
    'i',
    'm',
    'zba',
    'zbb',
    'zbs',
  ])
  expect(setsAsked({ architecture: undefined, isCompressed: true })).toEqual(['i', 'm', 'c'])
  expect(setsAsked({ architecture: 'rv32i2p1_m2p0_zca1p0_zcb1p0', isCompressed: true })).toEqual(['i', 'm', 'c', 'zcb'])
})

test('sets that are given, and texts that are refused', () => {
  expect(setsGiven('rv64im', 64)).toBeUndefined()
  expect(setsGiven('RV64IM_Zbb_zba', 64)).toEqual(['i', 'm', 'zba', 'zbb'])
  expect(setsGiven('rv32i', 32)).toEqual(['i'])
  expect(setsGiven('rv32imb_zihintpause', 32)).toEqual(['i', 'm', 'zba', 'zbb', 'zbs'])
  for (const [isa, why] of [
    ['rv32im', /for RV64/],
    ['rv64imac_zfh', /no (c, )?zfh/],
    ['zba', /does not begin/],
    ['rv64m', /does not begin/],
  ] as const)
    expect(() => setsGiven(isa, 64)).toThrow(why)
})

test('sets that a file lists in vain', () => {
  expect(missingSets(undefined)).toEqual([])
  expect(missingSets('rv32i2p1_m2p0_zmmul1p0_zihintpause2p0')).toEqual([])
  expect(missingSets('rv32i2p1_m2p0_zicntr2p0', ['i', 'm', 'zicsr'])).toEqual([])
  expect(missingSets('rv64i2p1_m2p0_a2p1_f2p2_zba1p0', ['i', 'm', 'zba'])).toEqual(['a', 'f'])
  expect(missingSets('rv64i2p1_m2p0_zba1p0')).toEqual(['zba'])
})

test('what a word would be elsewhere', () => {
  expect(foreignText(0x6005_9513, 64)).toBe('clz of extension Zbb, which the guest does not have here')
  expect(foreignText(0x02c5_c533, 32)).toMatch(/^div of extension M,/)
  expect(foreignText(0x100f, 32)).toMatch(/^fence\.i of extension Zifencei,/)
  expect(foreignText(0x0e40_203b, 32)).toBeUndefined()
  expect(foreignText(0x1000_202f, 32)).toMatch(/^lr\.w of extension A,/)
  expect(foreignText(0x0000_302f, 32)).toBeUndefined()
  expect(foreignText(0xc000_2573, 32)).toMatch(/^csrrs of extension Zicsr,/)
  expect(foreignText(0x0000_4501, 32)).toMatch(/extension C,/)
  for (const word of [0, 0xffff_ffff, 0x73, 0x0b]) expect(foreignText(word, 64)).toBeUndefined()
})
