/** Which 32-bit values the instructions of a block compute. */
import { describe, expect, test } from 'vitest'
import { add, BlockValues, mul, sub } from '../../../src/analysis/pairs/values.ts'
import { straight, type Write } from '../loops/region.ts'

const valuesOf = (write: Write): BlockValues => new BlockValues(straight(32, write))

describe('numbers', () => {
  test('equal operations have one, in either order where that makes no difference', () => {
    const { written } = valuesOf(a =>
      a
        .op('add', { rd: 't0', rs1: 'a0', rs2: 'a1' })
        .op('add', { rd: 't1', rs1: 'a1', rs2: 'a0' })
        .op('sub', { rd: 't2', rs1: 'a0', rs2: 'a1' })
        .op('sub', { rd: 's0', rs1: 'a1', rs2: 'a0' }),
    )
    expect(written[0]).toBe(written[1])
    expect(written[2]).not.toBe(written[3])
  })

  test('a register that is written again has another value', () => {
    const values = valuesOf(a =>
      a
        .op('add', { rd: 't0', rs1: 'a0', rs2: 'a1' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
        .op('add', { rd: 't1', rs1: 'a0', rs2: 'a1' }),
    )
    expect(values.written[0]).not.toBe(values.written[2])
    expect(values.definedAt[values.written[2]!]).toBe(2)
  })

  test('sums of constants are constants, cut to 32 bits; nothing added is nothing new', () => {
    const values = valuesOf(a =>
      a
        .op('lui', { rd: 't0', imm: -0x1000 })
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('addi', { rd: 't1', rs1: 'a0', imm: 0 })
        .op('xor', { rd: 't2', rs1: 't1', rs2: 'zero' }),
    )
    const [, lowered, copied, mixed] = values.written
    expect(values.isConstant(lowered!)).toBe(true)
    expect(values.a[lowered!]).toBe(0xffff_efff)
    expect(mixed).toBe(copied)
  })

  test('what the block does not compute is not found', () => {
    const values = valuesOf(a => a.op('mul', { rd: 't0', rs1: 'a0', rs2: 'a1' }))
    const product = values.written[0]!
    const [one, other] = [values.a[product]!, values.b[product]!]
    expect(values.find(mul, other, one)).toBe(product)
    expect(values.find(add, one, other)).toBe(-1)
    expect(values.find(sub, one, other)).toBe(-1)
    expect(values.findConstant(12_345)).toBe(-1)
  })
})

describe('memory', () => {
  const loads = (between: Write): boolean => {
    const { written } = valuesOf(a =>
      between(a.op('lw', { rd: 't0', rs1: 'a0', imm: 4 })).op('lw', { rd: 't1', rs1: 'a0', imm: 4 }),
    )
    return written[0] === written.at(-1)
  }

  test('a word that is read twice is one value until something may have written it', () => {
    expect(loads(a => a)).toBe(true)
    expect(loads(a => a.op('sw', { rs1: 'a0', rs2: 'a1', imm: 8 }))).toBe(true)
    expect(loads(a => a.op('sb', { rs1: 'a0', rs2: 'a1', imm: 7 }))).toBe(false)
    expect(loads(a => a.op('sw', { rs1: 'a2', rs2: 'a1', imm: 8 }))).toBe(false)
    expect(loads(a => a.op('addi', { rd: 'a0', rs1: 'a0', imm: 4 }))).toBe(false)
  })

  test('words side by side, by a base that was moved too', () => {
    const { written, adjacent } = valuesOf(a =>
      a
        .op('lw', { rd: 't0', rs1: 'a0', imm: 4 })
        .op('addi', { rd: 'a1', rs1: 'a0', imm: 8 })
        .op('lw', { rd: 't1', rs1: 'a1', imm: 0 })
        .op('lw', { rd: 't2', rs1: 'a0', imm: 16 }),
    )
    expect([...adjacent]).toEqual([[written[0], written[2]]])
  })

  test('what was stored is known, but is no half of a word pair in memory', () => {
    const { written, adjacent } = valuesOf(a =>
      a
        .op('addi', { rd: 't0', rs1: 'a1', imm: 3 })
        .op('sw', { rs1: 'a0', rs2: 't0', imm: 0 })
        .op('lw', { rd: 't1', rs1: 'a0', imm: 0 })
        .op('lw', { rd: 't2', rs1: 'a0', imm: 4 }),
    )
    expect(written[2]).toBe(written[0])
    expect(adjacent.size).toBe(0)
  })
})
