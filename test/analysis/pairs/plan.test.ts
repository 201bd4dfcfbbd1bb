/** Which pairs of registers are computed in 64 bits, and what of. */
import { describe, expect, test } from 'vitest'
import type { Operation, PairPlan } from '../../../src/analysis/pairs/operations.ts'
import { planPairs, type KeptBlock } from '../../../src/analysis/pairs/plan.ts'
import type { Assembler } from '../../support/assembler.ts'
import { registers, straight, type Write } from '../loops/region.ts'

const { a0, a1, a2, a3 } = registers

const planOf = (write: Write, kept?: KeptBlock): PairPlan | undefined => planPairs(straight(32, write), kept)
const operations = (plan: PairPlan | undefined): Operation[] =>
  (plan?.before ?? []).flat().flatMap(step => (step.kind === 'compute' ? [step.operation] : []))
const register = (number: number): { kind: 'register'; register: number } => ({ kind: 'register', register: number })
const pair = (number: number): { kind: 'pair'; pair: number; isTurned: boolean } => ({
  kind: 'pair',
  pair: number,
  isTurned: false,
})

const product = (a: Assembler): Assembler =>
  a.op('mul', { rd: 't0', rs1: 'a0', rs2: 'a1' }).op('mulhu', { rd: 't1', rs1: 'a0', rs2: 'a1' })

describe('products', () => {
  test('both halves of one: each result is a half', () => {
    const plan = planOf(product)
    expect(operations(plan)).toEqual([{ kind: 'mul', factors: [register(a0), register(a1)] }])
    expect(plan!.results).toEqual([
      { kind: 'half', pair: 0, isUpper: false },
      { kind: 'half', pair: 0, isUpper: true },
    ])
  })

  test('the signs of the factors', () => {
    const kind = (name: string): string[] =>
      operations(
        planOf(a => a.op('mul', { rd: 't0', rs1: 'a0', rs2: 'a1' }).op(name, { rd: 't1', rs1: 'a0', rs2: 'a1' })),
      ).map(operation => operation.kind)
    expect(kind('mulh')).toEqual(['mulSigned'])
    expect(kind('mulhsu')).toEqual(['mulMixed'])
  })

  test('no pair where one half is missing or a factor is written in between', () => {
    expect(planOf(a => a.op('mulhu', { rd: 't1', rs1: 'a0', rs2: 'a1' }))).toBeUndefined()
    expect(
      planOf(a =>
        a
          .op('mul', { rd: 't0', rs1: 'a0', rs2: 'a1' })
          .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
          .op('mulhu', { rd: 't1', rs1: 'a0', rs2: 'a1' }),
      ),
    ).toBeUndefined()
  })

  test('a low half that overwrites a factor: the high one has another factor', () => {
    expect(
      planOf(a => a.op('mul', { rd: 'a0', rs1: 'a0', rs2: 'a1' }).op('mulhu', { rd: 't1', rs1: 'a0', rs2: 'a1' })),
    ).toBeUndefined()
  })
})

describe('carries', () => {
  /** (t1:t0) + (a3:a2), where t1:t0 is a product. */
  const sum = (a: Assembler, carryOf: 't0' | 'a2' | 'a4'): Assembler =>
    product(a)
      .op('add', { rd: 't0', rs1: 't0', rs2: 'a2' })
      .op('sltu', { rd: 't2', rs1: 't0', rs2: carryOf })
      .op('add', { rd: 't1', rs1: 't1', rs2: 'a3' })
      .op('add', { rd: 't1', rs1: 't1', rs2: 't2' })

  test('a sum whose carry is added to the high halves', () => {
    expect(operations(planOf(a => sum(a, 'a2')))).toEqual([
      { kind: 'combine', low: register(a2), high: register(a3) },
      { kind: 'mul', factors: [register(a0), register(a1)] },
      { kind: 'add', operands: expect.arrayContaining([pair(0), pair(1)]) },
    ])
  })

  test('a comparison with something that was not added is no carry', () => {
    expect(operations(planOf(a => sum(a, 'a4'))).map(({ kind }) => kind)).toEqual(['mul'])
  })

  test('a difference with a borrow', () => {
    const plan = planOf(a =>
      product(a)
        .op('sltu', { rd: 't2', rs1: 't0', rs2: 'a2' })
        .op('sub', { rd: 't0', rs1: 't0', rs2: 'a2' })
        .op('sub', { rd: 't1', rs1: 't1', rs2: 'a3' })
        .op('sub', { rd: 't1', rs1: 't1', rs2: 't2' }),
    )
    const [difference] = operations(plan).filter(({ kind }) => kind === 'sub')
    const all = operations(plan).map(({ kind }) => kind)
    expect(difference).toEqual({
      kind: 'sub',
      operands: [pair(all.indexOf('mul')), pair(all.indexOf('combine'))],
    })
  })

  test('a borrow that is added is none', () => {
    const plan = planOf(a =>
      product(a)
        .op('sltu', { rd: 't2', rs1: 't0', rs2: 'a2' })
        .op('sub', { rd: 't0', rs1: 't0', rs2: 'a2' })
        .op('sub', { rd: 't1', rs1: 't1', rs2: 'a3' })
        .op('add', { rd: 't1', rs1: 't1', rs2: 't2' }),
    )
    expect(operations(plan).map(({ kind }) => kind)).toEqual(['mul'])
  })
})

/** high:low = high:low rotated left. */
const rotate = (a: Assembler, by: number, back: number): Assembler =>
  a
    .op('slli', { rd: 't0', rs1: 'a0', imm: by })
    .op('srli', { rd: 't1', rs1: 'a1', imm: back })
    .op('slli', { rd: 't2', rs1: 'a1', imm: by })
    .op('srli', { rd: 's0', rs1: 'a0', imm: back })
    .op('or', { rd: 'a0', rs1: 't0', rs2: 't1' })
    .op('or', { rd: 'a1', rs1: 't2', rs2: 's0' })

describe('shifts', () => {
  test('a rotation of both halves; amounts that do not add up to 32 make none', () => {
    const plan = planOf(a => rotate(a, 5, 27))
    expect(operations(plan)).toEqual([
      { kind: 'combine', low: expect.anything(), high: expect.anything() },
      { kind: 'rotate', pair: 0, amount: expect.any(Number) },
    ])
    const [combined, rotated] = operations(plan) as [
      Extract<Operation, { kind: 'combine' }>,
      Extract<Operation, { kind: 'rotate' }>,
    ]
    // By 5, or by 37 where the halves are put together the other way round: a result's lower half is a0 or a1.
    const isStraight = (plan!.results[4]!.isUpper ? a1 : a0) === (combined.low as { register: number }).register
    expect(rotated.amount).toBe(isStraight ? 5 : 37)
    expect(planOf(a => rotate(a, 5, 26))).toBeUndefined()
  })
})

describe('iterations', () => {
  const kept = (isHeader: boolean): KeptBlock => ({ words: new Set([8, 12]), isHeader })
  /** A product is added to two words of the stack. */
  const accumulate = (a: Assembler): Assembler =>
    product(a.op('lw', { rd: 'a2', rs1: 'sp', imm: 8 }).op('lw', { rd: 'a3', rs1: 'sp', imm: 12 }))
      .op('add', { rd: 't0', rs1: 't0', rs2: 'a2' })
      .op('sltu', { rd: 't2', rs1: 't0', rs2: 'a2' })
      .op('add', { rd: 't1', rs1: 't1', rs2: 'a3' })
      .op('add', { rd: 't1', rs1: 't1', rs2: 't2' })
      .op('sw', { rs1: 'sp', rs2: 't0', imm: 8 })
      .op('sw', { rs1: 'sp', rs2: 't1', imm: 12 })

  test('two words are read at once; from variables; or are what the iteration before left', () => {
    expect(operations(planOf(accumulate))).toContainEqual({ kind: 'load', base: registers.sp, offset: 8 })
    expect(operations(planOf(accumulate, kept(false)))).toContainEqual({ kind: 'words', low: 8, high: 12 })
    const carried = planOf(accumulate, kept(true))
    expect(operations(carried)).toContainEqual({ kind: 'carried', index: 0 })
    expect(carried!.carried).toEqual([{ low: { kind: 'word', offset: 8 }, high: { kind: 'word', offset: 12 } }])
  })

  test('a word that was stored before it is read is not what the iteration began with', () => {
    const stored = (a: Assembler): Assembler => a.op('sw', { rs1: 'sp', rs2: 'a4', imm: 12 })
    // What was stored is what a4 held.
    const known = planOf(a => accumulate(stored(a)), kept(true))
    expect(known!.carried).toEqual([{ low: { kind: 'word', offset: 8 }, high: { kind: 'register', register: 14 } }])
    // As far as a block's values go, the second store may have written anything.
    const unknown = planOf(a => accumulate(stored(a).op('sw', { rs1: 's0', rs2: 'a4' })), kept(true))
    expect(operations(unknown).map(({ kind }) => kind)).toContain('words')
    expect(unknown!.carried).toEqual([])
  })

  test('words in memory are not carried', () => {
    const plan = planOf(accumulate, { words: new Set([8]), isHeader: true })
    expect(plan!.carried).toEqual([])
    expect(operations(plan)).toContainEqual({ kind: 'load', base: registers.sp, offset: 8 })
  })
})
