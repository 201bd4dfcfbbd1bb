/** How often loops go round: counts worked out by hand, and branches that do not count. */
import { describe, expect, test } from 'vitest'
import type { Sum } from '../../../src/analysis/loops/affine.ts'
import { MOST_REGISTER_STRIDE, stridesOf, type Assumptions } from '../../../src/analysis/loops/strides.ts'
import { onlyExit, tripsOf, type Count } from '../../../src/analysis/loops/trips.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Register } from '../../support/assembler.ts'
import { registers, walkOf, type Write } from './region.ts'

const { t0, t1, s0 } = registers

function countOf(xlen: Xlen, write: Write): { count: Count | undefined; assumptions: Assumptions } {
  const { region, loop, backEdges, atEnd } = walkOf(xlen, write)
  const exit = onlyExit(loop, region.blocks)
  const assumptions: Assumptions = { registers: new Set(), narrow: [] }
  const values = exit && atEnd.get(loop.blocks[exit.index]!)
  return { count: exit && tripsOf(exit, values!, stridesOf(backEdges), assumptions), assumptions }
}

/** What a count means for given registers. */
function times({ low, high, stride, end, signed }: Count, xlen: Xlen, at: Readonly<Record<number, number>>): number {
  const value = ({ terms, constant }: Sum): bigint => {
    const all = terms.map(({ register, coefficient }) => BigInt(at[register] ?? 0) * BigInt(coefficient))
    return all.reduce((one, other) => one + other, BigInt(constant))
  }
  const cut = signed ? BigInt.asIntN : BigInt.asUintN
  const from = cut(xlen, value(low))
  const to = cut(xlen, value(high))
  if (stride.register !== 0 && ((at[stride.register] ?? 0) < 1 || at[stride.register]! > MOST_REGISTER_STRIDE)) return 0
  const by = stride.register === 0 ? BigInt(Math.abs(stride.constant)) : BigInt(at[stride.register]! * stride.factor)
  const distance = BigInt.asUintN(xlen, to - from)
  if (end === 'met') return distance % by === 0n ? Number(distance / by) : 0
  if (end === 'reached') return from < to ? Number((distance - 1n) / by) + 1 : 0
  return from <= to ? Number(distance / by) + 1 : 0
}

/** A loop that adds `by` to t0 and goes on under a condition. */
const counting =
  (by: number, branch: string, rs1: Register, rs2: Register): Write =>
  a =>
    a
      .op('addi', { rd: 'a3', imm: 1 })
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: by })
      .op(branch, { rs1, rs2, target: 'loop' })

describe('counts', () => {
  test('down to zero: one iteration follows for each that is left', () => {
    const { count } = countOf(32, counting(-1, 'bne', 't0', 'zero'))
    expect(times(count!, 32, { [t0]: 10 })).toBe(9)
    expect(times(count!, 32, { [t0]: 1 })).toBe(0)
    // From 0 it wraps around: 2^32 - 1 more.
    expect(times(count!, 32, { [t0]: 0 })).toBe(2 ** 32 - 1)
  })

  test('up to a register in steps of four: none where steps miss it', () => {
    const { count } = countOf(64, counting(4, 'bne', 't0', 't1'))
    expect(times(count!, 64, { [t0]: 0, [t1]: 40 })).toBe(9)
    expect(times(count!, 64, { [t0]: 0, [t1]: 42 })).toBe(0)
  })

  test('while less, signed and unsigned', () => {
    const signed = countOf(64, counting(3, 'blt', 't0', 't1')).count!
    // Behind the additions t0 is -4, -1, 2, 5: three times below 4.
    expect(times(signed, 64, { [t0]: -7, [t1]: 4 })).toBe(3)
    expect(times(signed, 64, { [t0]: 9, [t1]: 4 })).toBe(0)
    const unsigned = countOf(64, counting(3, 'bltu', 't0', 't1')).count!
    // As an unsigned number -4 is far beyond 4.
    expect(times(unsigned, 64, { [t0]: -7, [t1]: 4 })).toBe(0)
    expect(times(unsigned, 64, { [t0]: 1, [t1]: 8 })).toBe(2)
  })

  test('down while not less', () => {
    const { count } = countOf(32, counting(-2, 'bge', 't0', 't1'))
    // 8, 6, 4, then 2 < 3.
    expect(times(count!, 32, { [t0]: 10, [t1]: 3 })).toBe(3)
    // 3 is still not less.
    expect(times(count!, 32, { [t0]: 9, [t1]: 3 })).toBe(3)
  })

  test('a loop that is left where the branch is taken', () => {
    const { count } = countOf(32, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('beq', { rs1: 't0', rs2: 't1', target: 'end' })
        .op('addi', { rd: 't0', rs1: 't0', imm: 1 })
        .op('jal', { rd: 'zero', target: 'loop' })
        .label('end')
        .op('addi', { rd: 'a0' }),
    )
    expect(times(count!, 32, { [t0]: 3, [t1]: 8 })).toBe(5)
  })

  test('by a register: none where it is zero or large', () => {
    const { count, assumptions } = countOf(64, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('add', { rd: 't0', rs1: 't0', rs2: 's0' })
        .op('bltu', { rs1: 't0', rs2: 't1', target: 'loop' }),
    )
    // 5, 10, 15, 20: not less than 20.
    expect(times(count!, 64, { [t0]: 0, [t1]: 20, [s0]: 5 })).toBe(3)
    expect(times(count!, 64, { [t0]: 0, [t1]: 20, [s0]: 0 })).toBe(0)
    expect(times(count!, 64, { [t0]: 0, [t1]: 2 ** 40, [s0]: 2 ** 20 })).toBe(0)
    expect([...assumptions.registers]).toEqual([s0])
  })

  test('in 32 bits of 64: the sum is assumed to lie in them', () => {
    const { count, assumptions } = countOf(64, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('addiw', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(times(count!, 64, { [t0]: 10 })).toBe(9)
    expect(assumptions.narrow).toMatchObject([{ terms: [{ register: t0, coefficient: 1 }], constant: -1 }])
  })

  test('a word of the stack counts like a register', () => {
    const { count } = countOf(32, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('lw', { rd: 't0', rs1: 'sp', imm: 4 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('sw', { rs1: 'sp', rs2: 't0', imm: 4 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(times(count!, 32, { 32: 7 })).toBe(6)
  })
})

describe('no counts', () => {
  const none = (xlen: Xlen, write: Write): void => expect(countOf(xlen, write).count).toBeUndefined()

  test('where the moving side goes away from the end', () => {
    none(64, counting(1, 'bge', 't0', 't1'))
    none(64, counting(-1, 'blt', 't0', 't1'))
  })
  test('while equal, where both sides move, and where neither does', () => {
    none(64, counting(1, 'beq', 't0', 't1'))
    none(64, counting(1, 'bne', 't0', 't0'))
    none(64, counting(1, 'bne', 't1', 't2'))
  })
  test('where the end is loaded anew', () => {
    none(64, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('lw', { rd: 't1', rs1: 'a0' })
        .op('addi', { rd: 't0', rs1: 't0', imm: 1 })
        .op('bne', { rs1: 't0', rs2: 't1', target: 'loop' }),
    )
  })
  test('where a store through another register may meet the word that counts', () => {
    none(32, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('lw', { rd: 't0', rs1: 'sp', imm: 4 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('sw', { rs1: 'sp', rs2: 't0', imm: 4 })
        .op('sw', { rs1: 'a0', rs2: 'a1', imm: 0 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
  })
  test('of two exits', () => {
    const { region, loop } = walkOf(32, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('beq', { rs1: 't0', rs2: 'a0', target: 'end' })
        .op('bne', { rs1: 't0', target: 'loop' })
        .label('end')
        .op('addi', { rd: 'a0' }),
    )
    expect(loop.blocks).toHaveLength(2)
    expect(onlyExit(loop, region.blocks)).toBeUndefined()
  })
  test('of a loop with a fork inside', () => {
    const { region, loop } = walkOf(32, a =>
      a
        .op('addi', { rd: 'a3', imm: 1 })
        .label('loop')
        .op('beq', { rs1: 'a1', rs2: 'a0', target: 'skip' })
        .op('addi', { rd: 'a2', rs1: 'a2', imm: 1 })
        .label('skip')
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    expect(loop.blocks).toHaveLength(3)
    expect(onlyExit(loop, region.blocks)).toBeUndefined()
  })
})
