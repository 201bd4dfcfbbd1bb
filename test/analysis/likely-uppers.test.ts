/** Which registers likely hold upper parts of addresses where blocks begin: kept across calls as ABIs keep them, lost where ways differ. */
import { describe, expect, test } from 'vitest'
import { afterInstr, likelyUppers } from '../../src/analysis/likely-uppers.ts'
import { registerNames } from '../../src/isa/registers.ts'
import { eachRegister } from '../../src/isa/registers-used.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf, TEXT } from '../codegen/guests.ts'

const range = { low: 0x30_0000, high: 0x40_0000 }
const upper = (a: Assembler, rd: 's1' | 'a0'): Assembler => a.op('lui', { rd, imm: 0x30_0000 })
const step = (a: Assembler): Assembler => a.op('addi', { rd: 'a3', rs1: 'a3', imm: 1 })

interface Places {
  /** Slots at which functions begin. */
  readonly functions?: readonly number[]
  /** Slots that are code although nothing is seen to lead there. */
  readonly entered?: readonly number[]
}

/** Names of the registers, by the number of the block. */
function likely(write: (a: Assembler) => unknown, { functions = [0], entered = [] }: Places = {}): string[][] {
  const addressOf = (slot: number): number => TEXT + 4 * slot
  const homes = functions.map(slot => ({ start: addressOf(slot) }))
  const symbols = entered.map(slot => ({ name: `entry ${slot}`, address: addressOf(slot) }))
  const graph = graphOf(64, write, { symbols })
  return likelyUppers(graph, pc => homes.findLast(({ start }) => start <= pc), range).map(mask => {
    const names: string[] = []
    eachRegister(mask, register => names.push(registerNames[register]!))
    return names
  })
}

test('behind one instruction', () => {
  const { program } = graphOf(64, a =>
    upper(a, 's1')
      .op('lui', { rd: 's2', imm: 0x40_0000 })
      .op('auipc', { rd: 's3' })
      .op('addi', { rd: 's1', rs1: 's1', imm: 8 })
      .op('sd', { rs1: 's1', rs2: 's1' })
      .op('terminate'),
  )
  const [lui, outside, auipc, add, store] = program.instrs
  expect(afterInstr(0, lui!, range)).toBe(1 << 9)
  expect(afterInstr(0, lui!, undefined)).toBe(0)
  expect(afterInstr(1 << 18, outside!, range)).toBe(0)
  expect(afterInstr(0, auipc!, undefined)).toBe(1 << 19)
  expect(afterInstr((1 << 9) | 1, add!, range)).toBe(1)
  expect(afterInstr(1 << 9, store!, range)).toBe(1 << 9)
})

describe('where blocks begin', () => {
  test('what a branch leads to knows what was known in front of it', () => {
    const found = likely(a =>
      step(upper(a, 's1').op('beq', { rs1: 'a0', target: 'on' }))
        .label('on')
        .op('terminate'),
    )
    expect(found).toEqual([[], ['s1'], ['s1']])
  })

  test('where ways meet, what is known on all of them', () => {
    const found = likely(a =>
      upper(upper(a, 's1').op('beq', { rs1: 'a1', target: 'on' }), 'a0')
        .label('on')
        .op('terminate'),
    )
    expect(found).toEqual([[], ['s1'], ['s1']])
  })

  test('a call keeps the registers that functions keep, and nothing comes into another function', () => {
    const found = likely(
      a =>
        step(upper(upper(a, 's1'), 'a0').op('jal', { rd: 'ra', target: 'leaf' }))
          .op('terminate')
          .label('leaf')
          .op('jalr', { rs1: 'ra' }),
      { functions: [0, 5] },
    )
    expect(found).toEqual([[], ['s1'], []])
  })

  test('a jump through a table goes to the blocks of its function that nothing else leads to', () => {
    const write = (register: 'ra' | 'a5') => (a: Assembler) =>
      step(upper(a, 's1').op('jalr', { rs1: register }))
        .op('beq', { rs1: 'a3', target: 'end' })
        .label('end')
        .op('terminate')
    expect(likely(write('a5'), { entered: [2] })).toEqual([[], ['s1'], ['s1']])
    // That is a return.
    expect(likely(write('ra'), { entered: [2] })).toEqual([[], [], []])
  })
})
