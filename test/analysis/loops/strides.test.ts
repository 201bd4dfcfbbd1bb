/** How registers, and sums of them, change from one iteration to the next. */
import { describe, expect, test } from 'vitest'
import {
  isStill,
  narrowChecks,
  strideOf,
  stridesOf,
  type Assumptions,
  type Stride,
} from '../../../src/analysis/loops/strides.ts'
import { registers, walkOf, type Write } from './region.ts'

const { t0, s0, s1, a0, a1, a2 } = registers

const stridesIn = (write: Write): (Stride | undefined)[] => stridesOf(walkOf(64, write).backEdges)

describe('of registers', () => {
  test('a constant, another register, or none', () => {
    const strides = stridesIn(a =>
      a
        .op('addi', { rd: 't0', imm: 9 })
        .label('loop')
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 16 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('add', { rd: 'a1', rs1: 'a1', rs2: 's0' })
        .op('slli', { rd: 't1', rs1: 's0', imm: 2 })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't1' })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(strides[a0]).toMatchObject({ constant: 16, register: 0 })
    expect(strides[t0]).toMatchObject({ constant: -1, register: 0 })
    expect(strides[a1]).toMatchObject({ constant: 0, register: s0, factor: 1 })
    expect(strides[a2]).toMatchObject({ constant: 0, register: s0, factor: 4 })
    expect(isStill(strides[s0]!)).toBe(true)
  })

  test('a step that the loop changes leads nowhere in particular', () => {
    const strides = stridesIn(a =>
      a
        .op('addi', { rd: 't0', imm: 9 })
        .label('loop')
        .op('add', { rd: 'a1', rs1: 'a1', rs2: 's0' })
        .op('addi', { rd: 's0', rs1: 's0', imm: 8 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(strides[a1]).toBeUndefined()
    expect(strides[s0]).toMatchObject({ constant: 8 })
  })

  test('a register that is overwritten, doubled or exchanged does not move evenly', () => {
    const strides = stridesIn(a =>
      a
        .op('addi', { rd: 't0', imm: 9 })
        .label('loop')
        .op('lw', { rd: 'a0', rs1: 's0' })
        .op('add', { rd: 'a1', rs1: 'a1', rs2: 'a1' })
        .op('addi', { rd: 't1', rs1: 's1', imm: 0 })
        .op('addi', { rd: 's1', rs1: 'a2', imm: 0 })
        .op('addi', { rd: 'a2', rs1: 't1', imm: 0 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect([a0, a1, s1, a2].map(register => strides[register])).toEqual([undefined, undefined, undefined, undefined])
  })

  test('ways round that add different amounts', () => {
    const strides = stridesIn(a =>
      a
        .op('addi', { rd: 't0', imm: 9 })
        .label('loop')
        .op('addi', { rd: 'a1', rs1: 'a1', imm: 4 })
        .op('beq', { rs1: 't0', rs2: 's0', target: 'skip' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 4 })
        .label('skip')
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(strides[a0]).toBeUndefined()
    expect(strides[a1]).toMatchObject({ constant: 4 })
  })
})

describe('of sums', () => {
  const sum = (...terms: [number, number][]): Parameters<typeof strideOf>[0] => ({
    terms: terms.map(([register, coefficient]) => ({ register, coefficient })),
    constant: 0,
    narrow: [],
  })
  const write: Write = a =>
    a
      .op('addi', { rd: 't0', imm: 9 })
      .label('loop')
      .op('addi', { rd: 'a0', rs1: 'a0', imm: 4 })
      .op('add', { rd: 'a1', rs1: 'a1', rs2: 's0' })
      .op('addiw', { rd: 'a2', rs1: 'a2', imm: 2 })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' })

  test('coefficients multiply steps; a constant step and one in a register do not mix', () => {
    const strides = stridesIn(write)
    const assumptions: Assumptions = { registers: new Set(), narrow: [] }
    expect(strideOf(sum([a0, 2], [t0, 1]), strides, assumptions)).toMatchObject({ constant: 7, register: 0 })
    expect(assumptions.registers.size).toBe(0)
    expect(strideOf(sum([s1, 1], [a1, 8]), strides, assumptions)).toMatchObject({ register: s0, factor: 8 })
    expect([...assumptions.registers]).toEqual([s0])
    expect(strideOf(sum([a0, 1], [a1, 1]), strides, assumptions)).toBeUndefined()
    expect(strideOf(sum([a1, 16]), strides, assumptions)).toBeUndefined()
  })

  test('what is cut to 32 bits has to lie in them, in each iteration', () => {
    const strides = stridesIn(write)
    const assumptions: Assumptions = { registers: new Set(), narrow: [] }
    expect(strideOf(sum([a2, 1]), strides, assumptions)).toMatchObject({ constant: 2 })
    const [check, ...more] = narrowChecks(assumptions, strides)
    expect(more).toEqual([])
    expect(check).toMatchObject({ terms: [{ register: a2, coefficient: 1 }], low: 2, high: 3, stride: { constant: 2 } })
  })
})
