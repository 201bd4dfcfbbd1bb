/** Which words of the stack a loop keeps in variables. */
import { describe, expect, test } from 'vitest'
import { stackSlots } from '../../../src/analysis/loops/slots.ts'
import { stackWords, worthKeeping } from '../../../src/analysis/loops/stack-words.ts'
import type { Assembler } from '../../support/assembler.ts'
import { straight, type Write } from './region.ts'

const wordsIn = (write: Write): ReturnType<typeof stackWords> => stackWords(straight(32, write))

describe('words that all accesses take as a whole', () => {
  test('is one read before it is written?', () => {
    const words = wordsIn(a =>
      a
        .op('lw', { rd: 'a0', rs1: 'sp', imm: 0 })
        .op('sw', { rs1: 'sp', rs2: 'a0', imm: 0 })
        .op('sw', { rs1: 'sp', rs2: 'a0', imm: 4 })
        .op('lw', { rd: 'a1', rs1: 'sp', imm: 4 })
        .op('lbu', { rd: 'a1', rs1: 'sp', imm: 9 }),
    )
    expect(words).toEqual([
      { offset: 0, bytes: 4, isRead: true, isWritten: true },
      { offset: 4, bytes: 4, isRead: false, isWritten: true },
      { offset: 9, bytes: 1, isRead: true, isWritten: false },
    ])
  })

  test('a byte of a word that is accessed apart: neither is one', () => {
    const words = wordsIn(a =>
      a
        .op('lw', { rd: 'a0', rs1: 'sp', imm: 0 })
        .op('sb', { rs1: 'sp', rs2: 'a0', imm: 3 })
        .op('lw', { rd: 'a0', rs1: 'sp', imm: 4 }),
    )
    expect(words.map(({ offset }) => offset)).toEqual([4])
  })

  test('none where the stack pointer moves', () => {
    const words = wordsIn(a =>
      a.op('lw', { rd: 'a0', rs1: 'sp', imm: 0 }).op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }),
    )
    expect(words).toEqual([])
  })
})

test('words stand for registers where no store can meet them', () => {
  const slotsIn = (write: Write): number[] => {
    const instrs = straight(32, write)
    return stackSlots(stackWords(instrs), instrs, 4)
  }
  const own = (a: Assembler): Assembler =>
    a.op('lw', { rd: 'a0', rs1: 'sp', imm: 8 }).op('lhu', { rd: 'a1', rs1: 'sp', imm: 12 })
  expect(slotsIn(own)).toEqual([8])
  expect(slotsIn(a => own(a).op('lw', { rd: 'a2', rs1: 'a3' }))).toEqual([8])
  expect(slotsIn(a => own(a).op('sw', { rs1: 'a3', rs2: 'a2' }))).toEqual([])
})

test('variables are for loops of 24 instructions with 8 accesses, of words of four bytes and more', () => {
  const kept = (accesses: number, length: number): number[] => {
    const instrs = straight(32, a => {
      a.op('lbu', { rd: 'a1', rs1: 'sp', imm: 64 })
      for (let count = 0; count < accesses; count++) a.op('lw', { rd: 'a0', rs1: 'sp', imm: 4 * (count % 2) })
      for (let count = accesses + 1; count < length; count++) a.op('addi', { rd: 'a2', rs1: 'a2', imm: 1 })
      return a
    })
    return worthKeeping(stackWords(instrs), instrs).map(({ offset }) => offset)
  }
  expect(kept(8, 24)).toEqual([0, 4])
  expect(kept(7, 24)).toEqual([])
  expect(kept(8, 23)).toEqual([])
})
