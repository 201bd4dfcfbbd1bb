/** What one test in front of a loop proves, and which loops are worth that. */
import { DEFAULT_MEMORY } from '../../../src/elf/image.ts'
import { describe, expect, test } from 'vitest'
import { noFacts, covers } from '../../../src/analysis/facts.ts'
import { learnHoisted } from '../../../src/analysis/loops/hoist.ts'
import { pays, paysAtOnce } from '../../../src/analysis/loops/worth.ts'
import type { Assembler } from '../../support/assembler.ts'
import { planOf, registers, type Write } from './region.ts'

const { sp, s0, a0, a1, a2 } = registers

/** A loop that counts t0 down. */
const loop =
  (body: Write): Write =>
  a =>
    body(a.op('addi', { rd: 't0', imm: 9 }).label('loop'))
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' })

describe('checks in front of the loop', () => {
  test('accesses by one register have one, which covers the register itself too', () => {
    const plan = planOf(
      64,
      loop(a =>
        a
          .op('lw', { rd: 'a1', rs1: 'a0', imm: 8 })
          .op('sw', { rs1: 'a0', rs2: 'a1', imm: 40 })
          .op('addi', { rd: 'a0', rs1: 'a0', imm: 16 })
          .op('lw', { rd: 'a1', rs1: 'a0', imm: 0 }),
      ),
    )
    expect(plan.hoisted).toHaveLength(1)
    const [check] = plan.hoisted
    expect(check!.terms).toEqual([{ register: a0, coefficient: 1 }])
    expect(check!.stride).toMatchObject({ constant: 16, register: 0 })
    expect(check!.low).toBe(0)
    expect(check!.high).toBeGreaterThanOrEqual(44)
    // Instructions 0, 1 and 3 access a0 + 8, a0 + 40 and (a0 + 16) + 0.
    expect([...plan.covered[0]!]).toEqual([
      [0, { check: 0, offset: 8 }],
      [1, { check: 0, offset: 40 }],
      [3, { check: 0, offset: 16 }],
    ])
  })

  test('what is loaded is no address that moves evenly, and its base has to be checked in place', () => {
    const plan = planOf(
      64,
      loop(a => a.op('ld', { rd: 'a1', rs1: 'a1', imm: 0 }).op('lw', { rd: 'a2', rs1: 'a0' })),
    )
    expect(plan.hoisted.map(({ terms }) => terms[0]!.register)).toEqual([a0])
    expect([...plan.covered[0]!.keys()]).toEqual([1])
  })

  test('a base that is overwritten in front of the access, by something unknown', () => {
    const plan = planOf(
      64,
      loop(a => a.op('xor', { rd: 'a0', rs1: 'a0', rs2: 'a1' }).op('lw', { rd: 'a2', rs1: 'a0' })),
    )
    expect(plan.hoisted).toEqual([])
    expect(plan.covered).toEqual([new Map()])
  })

  test('steps beyond 1,024 bytes are left where they are', () => {
    const step = (imm: number): number =>
      planOf(
        64,
        loop(a => a.op('lw', { rd: 'a1', rs1: 'a0' }).op('addi', { rd: 'a0', rs1: 'a0', imm })),
      ).hoisted.length
    expect(step(1024)).toBe(1)
    expect(step(1028)).toBe(0)
    expect(step(-1024)).toBe(1)
  })

  test('sums of a still base and a moving index', () => {
    const { hoisted } = planOf(
      64,
      loop(a =>
        a
          .op('slli', { rd: 't1', rs1: 'a1', imm: 2 })
          .op('add', { rd: 't1', rs1: 't1', rs2: 'a0' })
          .op('lw', { rd: 'a2', rs1: 't1' })
          .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 }),
      ),
    )
    expect(hoisted[0]!.terms).toEqual([
      { register: a0, coefficient: 1 },
      { register: a1, coefficient: 4 },
    ])
    expect(hoisted[0]!.stride).toMatchObject({ constant: 4 })
  })

  test('facts follow of checks of one register, not of sums', () => {
    const plan = planOf(
      64,
      loop(a =>
        a
          .op('lw', { rd: 'a3', rs1: 's0', imm: 100 })
          .op('add', { rd: 't1', rs1: 'a2', rs2: 'a1' })
          .op('lw', { rd: 'a3', rs1: 't1' }),
      ),
    )
    expect(plan.hoisted).toHaveLength(2)
    const facts = noFacts({ xlen: 64, direct: DEFAULT_MEMORY })
    learnHoisted(facts, plan)
    expect(covers(facts, s0, 0, 104)).toBe(true)
    expect(covers(facts, a1, 0, 1) || covers(facts, a2, 0, 1)).toBe(false)
  })
})

describe('counted loops', () => {
  test('a counted loop may move addresses by a register; another one may not', () => {
    const body: Write = a => a.op('lw', { rd: 'a1', rs1: 'a0' }).op('add', { rd: 'a0', rs1: 'a0', rs2: 's0' })
    const counted = planOf(64, loop(body))
    expect(counted.trips).toMatchObject({ exit: 0 })
    expect(counted.registerStrides).toEqual([s0])
    expect(counted.hoisted[0]!.stride).toMatchObject({ register: s0, factor: 1 })
    const uncounted = planOf(64, a =>
      body(a.op('addi', { rd: 't0', imm: 9 }).label('loop')).op('bne', { rs1: 'a1', target: 'loop' }),
    )
    expect(uncounted.trips).toBeUndefined()
    expect(uncounted.registerStrides).toEqual([])
    expect(uncounted.hoisted).toEqual([])
  })

  test('registers that each iteration overwrites first are temporaries', () => {
    const temporaries = (write: Write): boolean => planOf(64, loop(write)).trips!.hasTemporaries
    expect(temporaries(a => a.op('lw', { rd: 'a1', rs1: 'a0' }))).toBe(true)
    expect(temporaries(a => a.op('add', { rd: 'a1', rs1: 'a1', rs2: 'a0' }))).toBe(false)
  })

  test('sums of 32 bits lose nothing where the test says that they lie in them', () => {
    const plan = planOf(64, a =>
      a
        .op('addi', { rd: 't0', imm: 9 })
        .label('loop')
        .op('addiw', { rd: 'a3', rs1: 'a3', imm: 1 })
        .op('addiw', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' }),
    )
    // Of a3 nothing depends, so nothing is said.
    expect(plan.narrow).toMatchObject([{ terms: [{ register: registers.t0, coefficient: 1 }], low: -1, high: 0 }])
    expect(plan.lossless).toEqual([new Set([1])])
  })
})

describe('words in variables', () => {
  const words = (a: Assembler): Assembler => {
    for (let count = 0; count < 4; count++)
      a.op('lw', { rd: 'a1', rs1: 'sp', imm: 16 })
        .op('xor', { rd: 'a1', rs1: 'a1', rs2: 't0' })
        .op('xor', { rd: 'a1', rs1: 'a1', rs2: 's0' })
        .op('xor', { rd: 'a1', rs1: 'a1', rs2: 's1' })
        .op('sw', { rs1: 'sp', rs2: 'a1', imm: 16 })
        .op('sw', { rs1: 'sp', rs2: 'a1', imm: 20 })
    return a
  }

  test('of a counted loop; accesses by other registers must not meet them', () => {
    const { kept } = planOf(
      64,
      loop(a =>
        words(a)
          .op('sw', { rs1: 'a0', rs2: 'a1', imm: 4 })
          .op('lw', { rd: 'a2', rs1: 'a0', imm: 0 })
          .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 }),
      ),
    )
    expect(kept.words.map(({ offset, isRead }) => [offset, isRead])).toEqual([
      [16, true],
      [20, false],
    ])
    expect(kept.neighbours).toEqual([
      expect.objectContaining({ terms: [{ register: a0, coefficient: 1 }], low: 0, high: 8, from: 16, to: 24 }),
    ])
  })

  test('none where an access goes who knows where', () => {
    const { kept } = planOf(
      64,
      loop(a => words(a).op('xor', { rd: 'a0', rs1: 'a0', rs2: 'a1' }).op('sw', { rs1: 'a0', rs2: 'a1', imm: 4 })),
    )
    expect(kept).toEqual({ words: [], neighbours: [] })
  })

  test('none in a loop that is not counted', () => {
    const { kept, hoisted } = planOf(64, a =>
      words(a.op('addi', { rd: 't0', imm: 9 }).label('loop')).op('bne', { rs1: 'a1', target: 'loop' }),
    )
    expect(kept.words).toEqual([])
    expect(hoisted.map(({ terms }) => terms[0]!.register)).toEqual([sp])
  })
})

describe('worth', () => {
  test('a chunk is no longer than 16,384 instructions and moves no address by more than 4,096 bytes', () => {
    const still = planOf(
      64,
      loop(a => a.op('lw', { rd: 'a1', rs1: 's0' })),
    )
    expect(still).toMatchObject({ longest: 3, iterations: 1024 })
    const moving = planOf(
      64,
      loop(a => a.op('lw', { rd: 'a1', rs1: 'a0' }).op('addi', { rd: 'a0', rs1: 'a0', imm: 256 })),
    )
    expect(moving.iterations).toBe(16)
  })

  test('loops that are not counted have to be short and save a check, or be one block', () => {
    const uncounted = (length: number, hasFork: boolean): boolean =>
      pays(
        planOf(64, a => {
          a.op('addi', { rd: 't0', imm: 9 }).label('loop')
          if (hasFork) a.op('beq', { rs1: 'a1', rs2: 'a2', target: 'end' })
          for (let count = 0; count < length; count++) a.op('xor', { rd: 'a1', rs1: 'a1', rs2: 't0' })
          return a.op('bne', { rs1: 'a1', target: 'loop' }).label('end').op('addi', { rd: 'a0' })
        }),
      )
    expect(uncounted(10, false)).toBe(true)
    expect(uncounted(10, true)).toBe(false)
    expect(uncounted(400, false)).toBe(false)
  })

  test('at once only counted loops of 250 instructions', () => {
    const counted = (length: number): boolean =>
      paysAtOnce(
        planOf(
          64,
          loop(a => {
            for (let count = 0; count < length - 2; count++) a.op('xor', { rd: 'a1', rs1: 'a1', rs2: 'a2' })
            return a
          }),
        ),
      )
    expect(counted(250)).toBe(true)
    expect(counted(251)).toBe(false)
  })
})
