/** Register values as sums of what registers held at one place. */
import { describe, expect, test } from 'vitest'
import { entryValues, meetValues, SLOTS, step, type Affine, type Values } from '../../../src/analysis/loops/affine.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { registers, straight, type Write } from './region.ts'

const { sp, t0, a0, a1, a2 } = registers

function valuesBehind(xlen: Xlen, write: Write, slots: readonly number[] = []): Values {
  const values = entryValues(slots.length)
  for (const instr of straight(xlen, write)) step(values, instr, slots)
  return values
}

/** `[register, coefficient]…` and a constant. */
const sum = (constant: number, ...terms: [number, number][]): Affine => ({
  terms: terms.map(([register, coefficient]) => ({ register, coefficient })),
  constant,
  narrow: [],
})

describe('sums', () => {
  test('addi, add and slli, in terms of the registers at the start', () => {
    const values = valuesBehind(64, a =>
      a
        .op('slli', { rd: 't0', rs1: 'a1', imm: 3 })
        .op('add', { rd: 't0', rs1: 't0', rs2: 'a0' })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -8 }),
    )
    // t0 has the old a1: 8 × a1 + a0 - 8. The new one is a1 + 1.
    expect(values[t0]).toEqual(sum(-8, [a0, 1], [a1, 8]))
    expect(values[a1]).toEqual(sum(1, [a1, 1]))
    expect(values[a2]).toEqual(sum(0, [a2, 1]))
  })

  test('a register added to itself counts twice, and lui is a constant', () => {
    const values = valuesBehind(32, a =>
      a.op('add', { rd: 'a0', rs1: 'a0', rs2: 'a0' }).op('lui', { rd: 'a1', imm: 0x12000 }),
    )
    expect(values[a0]).toEqual(sum(0, [a0, 2]))
    expect(values[a1]).toEqual(sum(0x12000))
  })

  test('nothing is known of other operations, of three registers, of what is loaded and of large factors', () => {
    const values = valuesBehind(64, a =>
      a
        .op('xor', { rd: 't0', rs1: 'a0', rs2: 'a0' })
        .op('add', { rd: 't1', rs1: 'a0', rs2: 'a1' })
        .op('add', { rd: 't1', rs1: 't1', rs2: 'a2' })
        .op('lw', { rd: 't2', rs1: 'a0' })
        .op('slli', { rd: 's0', rs1: 'a0', imm: 12 })
        .op('slli', { rd: 's1', rs1: 'a0', imm: 13 }),
    )
    const { t1, t2, s0, s1 } = registers
    expect([t0, t1, t2, s1].map(register => values[register])).toEqual([undefined, undefined, undefined, undefined])
    expect(values[s0]).toEqual(sum(0, [a0, 4096]))
  })

  test('x0 stays 0', () => {
    const values = valuesBehind(64, a =>
      a.op('addi', { rd: 'zero', rs1: 'a0', imm: 4 }).op('addi', { rd: 'a1', imm: 4 }),
    )
    expect(values[0]).toEqual(sum(0))
    expect(values[a1]).toEqual(sum(4))
  })

  test('addiw holds as long as the sum lies in 32 bits', () => {
    const values = valuesBehind(64, a => a.op('addiw', { rd: 'a0', rs1: 'a0', imm: 4 }))
    const { terms, constant, narrow } = values[a0]!
    expect({ terms, constant }).toEqual({ terms: [{ register: a0, coefficient: 1 }], constant: 4 })
    expect(narrow).toEqual([sum(4, [a0, 1])])
  })
})

describe('words of the stack', () => {
  test('a word has what was stored there, and another word its own', () => {
    const values = valuesBehind(
      32,
      a =>
        a
          .op('addi', { rd: 'a0', rs1: 'a1', imm: 5 })
          .op('sw', { rs1: 'sp', rs2: 'a0', imm: 8 })
          .op('lw', { rd: 'a0', rs1: 'sp', imm: 8 })
          .op('lw', { rd: 'a2', rs1: 'sp', imm: 12 }),
      [8, 12],
    )
    expect(values[SLOTS]).toEqual(sum(5, [a1, 1]))
    expect(values[a0]).toEqual(sum(5, [a1, 1]))
    expect(values[a2]).toEqual(sum(0, [SLOTS + 1, 1]))
  })

  test('a word that is not followed is not known', () => {
    const values = valuesBehind(32, a => a.op('lw', { rd: 'a0', rs1: 'sp', imm: 16 }), [8])
    expect(values[a0]).toBeUndefined()
    expect(values[sp]).toEqual(sum(0, [sp, 1]))
  })
})

test('where ways meet, what both know is left', () => {
  const one = valuesBehind(32, a =>
    a.op('addi', { rd: 'a0', rs1: 'a0', imm: 4 }).op('addi', { rd: 'a1', rs1: 'a1', imm: 4 }),
  )
  const other = valuesBehind(32, a =>
    a.op('addi', { rd: 'a0', rs1: 'a0', imm: 4 }).op('addi', { rd: 'a1', rs1: 'a1', imm: 8 }),
  )
  meetValues(one, other)
  expect(one[a0]).toEqual(sum(4, [a0, 1]))
  expect(one[a1]).toBeUndefined()
  expect(one[a2]).toEqual(sum(0, [a2, 1]))
})
