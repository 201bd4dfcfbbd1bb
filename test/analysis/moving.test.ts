/** Which instructions complete an address that may move: known as a whole, likely, or no address at all. */
import { expect, test } from 'vitest'
import { movingAddresses, type MovingAddress } from '../../src/analysis/moving.ts'
import type { MovingRange } from '../../src/analysis/moving-uppers.ts'
import { planRegion } from '../../src/analysis/plan-region.ts'
import type { Region } from '../../src/program/program.ts'
import { registerNumber, type Assembler, type Register } from '../support/assembler.ts'
import { graphOf, TEXT } from '../codegen/guests.ts'

const range = { low: 0x30_0000, high: 0x40_0000 }

/** By `block:index`; all blocks of the guest are one region. `likely`: registers at the start of each block. */
function addressesOf(
  write: (a: Assembler) => unknown,
  { likely = [], within = range }: { likely?: readonly Register[]; within?: MovingRange } = {},
): Record<string, MovingAddress> {
  const graph = graphOf(64, write)
  const region: Region = { kind: 'main', blocks: graph.blocks.map(({ id }) => id), headers: new Set() }
  const settings = {
    cold: ~1,
    movable: ~1,
    storesEarly: false,
    namesAddresses: true,
    countsAtOnce: false,
    keepsWords: true,
  }
  const stopTests = new Map([[region, new Set<number>()]])
  const plan = planRegion(graph, region, { ...settings, stopTests, amounts: () => [] }, 'none')
  const mask = likely.reduce<number>((bits, register) => bits | (1 << registerNumber(register)), 0)
  const find = movingAddresses(
    plan,
    within,
    graph.blocks.map(() => mask),
  )
  const found = plan.blocks.flatMap(block =>
    [...find(block)].map(([index, address]) => [`${block.block.id}:${index}`, address] as const),
  )
  return Object.fromEntries(found)
}
const whole = (address: number): MovingAddress => ({ kind: 'whole', address })
const upper = (a: Assembler, rd: 's1' | 'a0', imm = 0x30_0000): Assembler => a.op('lui', { rd, imm })

test('an addition, a load and a store behind lui; the sum itself is no upper part', () => {
  const found = addressesOf(a =>
    upper(a, 's1')
      .op('addi', { rd: 'a1', rs1: 's1', imm: 8 })
      .op('ld', { rd: 'a2', rs1: 's1', imm: -16 })
      .op('sd', { rs1: 's1', rs2: 'a2', imm: 24 })
      .op('ld', { rd: 'a3', rs1: 'a1', imm: 4 })
      .op('add', { rd: 'a4', rs1: 's1', rs2: 'a2' })
      .op('terminate'),
  )
  expect(found).toEqual({ '0:1': whole(0x30_0008), '0:2': whole(0x2f_fff0), '0:3': whole(0x30_0018) })
})

test('auipc counts from its own place, whatever the range of lui', () => {
  const found = addressesOf(
    a =>
      a
        .op('addi', { rd: 'a1' })
        .op('auipc', { rd: 'a0', imm: 0x1000 })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 12 })
        .op('terminate'),
    { within: undefined },
  )
  expect(found).toEqual({ '0:2': whole(TEXT + 4 + 0x1000 + 12) })
})

test('a number outside of the range is a number', () => {
  expect(
    addressesOf(a => upper(a, 'a0', 0x40_0000).op('addi', { rd: 'a0', rs1: 'a0', imm: 12 }).op('terminate')),
  ).toEqual({})
})

test('from block to block, where all ways bring the same', () => {
  const meeting = (a: Assembler, other: number): Assembler =>
    upper(upper(a, 's1').op('beq', { rs1: 'a5', target: 'on' }), 's1', other)
      .label('on')
      .op('ld', { rd: 'a2', rs1: 's1', imm: 8 })
      .op('terminate')
  expect(addressesOf(a => meeting(a, 0x30_0000))).toEqual({ '2:0': whole(0x30_0008) })
  expect(addressesOf(a => meeting(a, 0x31_0000))).toEqual({})
  expect(addressesOf(a => meeting(a, 0x31_0000), { likely: ['s1'] })).toEqual({ '2:0': { kind: 'rest' } })
})

test('a likely register, until it is written', () => {
  const found = addressesOf(
    a =>
      a
        .op('ld', { rd: 'a2', rs1: 's1', imm: 8 })
        .op('addi', { rd: 's1', rs1: 's1', imm: 16 })
        .op('ld', { rd: 'a2', rs1: 's1', imm: 8 })
        .op('ld', { rd: 'a2', rs1: 's2', imm: 8 })
        .op('terminate'),
    { likely: ['s1'] },
  )
  expect(found).toEqual({ '0:0': { kind: 'rest' }, '0:1': { kind: 'rest' } })
})
