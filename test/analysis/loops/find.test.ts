/** Which loops are looked at: innermost ones that are entered at their header alone. */
import { expect, test } from 'vitest'
import { regionOf } from './region.ts'

test('a block that branches to itself', () => {
  const { loops } = regionOf(32, a =>
    a
      .op('addi', { rd: 't0', imm: 3 })
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' }),
  )
  expect(loops).toEqual([{ blocks: [1] }])
})

test('of nested loops the inner one, with all blocks between its header and its back edge', () => {
  const { loops } = regionOf(32, a =>
    a
      .op('addi', { rd: 't0', imm: 3 })
      .label('outer')
      .op('addi', { rd: 't1', imm: 3 })
      .label('inner')
      .op('beq', { rs1: 't1', rs2: 'a0', target: 'skip' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
      .label('skip')
      .op('addi', { rd: 't1', rs1: 't1', imm: -1 })
      .op('bne', { rs1: 't1', target: 'inner' })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'outer' }),
  )
  // 0 entry, 1 outer, 2 inner, 3 behind the branch, 4 skip, 5 end of outer.
  expect(loops).toEqual([{ blocks: [2, 3, 4] }])
})

test('a loop with a second entry is none', () => {
  const { loops } = regionOf(32, a =>
    a
      .op('bne', { rs1: 'a0', target: 'middle' })
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: 1 })
      .label('middle')
      .op('addi', { rd: 't1', rs1: 't1', imm: -1 })
      .op('bne', { rs1: 't1', target: 'loop' }),
  )
  expect(loops).toEqual([])
})

test('a loop of more than 2,000 instructions is left alone', () => {
  const loopsOf = (length: number): number =>
    regionOf(32, a => {
      a.op('addi', { rd: 't0', imm: 3 }).label('loop')
      for (let count = 0; count < length - 2; count++) a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      return a
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('beq', { rs1: 't0', target: 'end' })
        .op('jal', { rd: 'zero', target: 'loop' })
        .label('end')
        .op('addi', { rd: 't0' })
    }).loops.length
  expect(loopsOf(1999)).toBe(1)
  expect(loopsOf(2001)).toBe(0)
})
