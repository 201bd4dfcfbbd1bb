/** Published rows of RV32 instructions come out of the rules, and are accepted. */
import { expect, test } from 'vitest'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { P } from '../../src/air/field.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { assembler, type Operands } from '../support/assembler.ts'
import { decoderFor, fill } from './execute.ts'
import { RAM, SegmentMemory } from './memory.ts'

const PC = 0x20_0800
const TS = 300_000

interface Published {
  readonly instruction: readonly [string, Operands]
  /** Content and time of the last access, by register. */
  readonly registers: Readonly<Record<number, readonly [bigint, number]>>
  readonly memory?: readonly [number, bigint]
  readonly air: string
  /** A word starting with − is p less it. */
  readonly row: string
}

const published: readonly Published[] = [
  {
    instruction: ['addi', { rd: 5, rs1: 5, imm: -1 }],
    registers: { 5: [0n, 42] },
    air: 'BaseAlu',
    row:
      '2099200 300000 20 20 16777215 0 42 37813 2 0 0 0 300000 1 0 0 0 0 0 255 255 255 255 0 0 0 0 255 255 255 255 ' +
      '1 0 0 0 0',
  },
  {
    instruction: ['sra', { rd: 6, rs1: 5, rs2: 7 }],
    registers: { 5: [0x89ab_cdefn, 42], 7: [0x2dn, 90], 6: [1n, 0] },
    air: 'Shift',
    row:
      '2099200 300000 24 20 28 1 42 37813 2 90 37766 2 0 37857 2 1 0 0 0 94 77 252 255 239 205 171 137 45 0 0 0 0 0 ' +
      '1 0 32 1 0 0 0 0 0 1 0 0 0 1 0 0 15 13 11 9',
  },
  {
    instruction: ['sb', { rs2: 5, rs1: 8, imm: -1 }],
    registers: { 5: [0x1122_3344n, 42], 8: [0x0002_0000n, 99] },
    memory: [0x1_fffc, 0xaabb_ccddn],
    air: 'LoadStore',
    row:
      '2099200 300000 32 0 0 2 0 99 37756 2 20 42 37814 2 65535 1 65535 1 2 0 37857 2 1 0 0 1 1 1 0 68 51 34 17 221 ' +
      '204 187 170 221 204 187 68',
  },
  {
    instruction: ['lh', { rd: 6, rs1: 8, imm: 2 }],
    registers: { 8: [0x0002_0000n, 99], 6: [7n, 0] },
    memory: [0x2_0000, 0x8001_fffen],
    air: 'LoadSignExtend',
    row: '2099200 300000 32 0 0 2 0 99 37756 2 24 0 37856 2 2 0 2 2 2 0 37857 2 1 0 0 1 1 1 1 128 254 255 7 0 0 0',
  },
  {
    instruction: ['bge', { rs1: 5, rs2: 6, imm: -8 }],
    registers: { 5: [0xffff_fffdn, 42], 6: [2n, 0] },
    air: 'BranchLessThan',
    row: '2099200 300000 20 24 42 37813 2 0 37856 2 253 255 255 255 2 0 0 0 0 -8 0 0 1 0 -1 0 1 0 0 0 1 1',
  },
  {
    instruction: ['rem', { rd: 6, rs1: 5, rs2: 7 }],
    registers: { 5: [0xffff_fff9n, 42], 7: [3n, 0], 6: [0n, 0] },
    air: 'DivRem',
    row:
      '2099200 300000 24 20 28 42 37813 2 0 37856 2 0 37857 2 0 0 0 0 249 255 255 255 3 0 0 0 254 255 255 255 255 ' +
      '255 255 255 0 0 1 0 1 1 -671088640 116453617 1 0 0 0 -465814468 7864320 7864320 7864320 1 0 0 0 2 0 0 1 0',
  },
]

const set = shippedAirs(32)

test.each(published)('$air: $instruction', ({ instruction, registers, memory: block, air: name, row }) => {
  const [operation, operands] = instruction
  const code = assembler(32, PC).op(operation, operands).finish()
  const instr = decoderFor(32)(new DataView(code.buffer, code.byteOffset).getInt32(0, true), PC)!
  const memory = new SegmentMemory(32)
  for (const [number, [content, last]] of Object.entries(registers)) memory.setRegister(Number(number), content, last)
  if (block !== undefined) memory.set(RAM, block[0], block[1], 0)
  const { air, rows } = fill(set, instr, { memory, ts: TS, xlen: 32 })
  const wanted = row.split(' ').map(value => (Number(value) + P) % P)
  expect(air.name).toBe(name)
  expect(rows[0]!.map((value, index) => `${air.columns[index]} = ${value}`)).toEqual(
    wanted.map((value, index) => `${air.columns[index]} = ${value}`),
  )
  expect([...brokenConstraints(air, rows)]).toEqual([])
})
