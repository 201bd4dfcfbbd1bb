/** Which instructions become 64-bit arithmetic, seen in the C. */
import { describe, expect, test } from 'vitest'
import { planPairs } from '../../../src/analysis/pairs/plan.ts'
import { pairStatements, renamed } from '../../../src/codegen/pairs/write.ts'
import type { Assembler, Register } from '../../support/assembler.ts'
import { graphOf } from '../guests.ts'

/** The lines that a block of these instructions gets, and the statements that change. */
function linesOf(write: (a: Assembler) => Assembler): string[] {
  const { program, blocks } = graphOf(32, a => write(a).op('terminate'))
  const { first, count } = blocks[0]!
  const instrs = program.instrs.slice(first, first + count).map(instr => instr!)
  const plan = planPairs(instrs)
  if (plan === undefined) return []
  return instrs.flatMap(({ rd }, index) => {
    const half = plan.results[index]
    return [...pairStatements(plan, index), ...(half === undefined ? [] : [renamed(rd, half)])]
  })
}

const add = (a: Assembler): Assembler =>
  a
    .op('add', { rd: 'a4', rs1: 'a0', rs2: 'a2' })
    .op('sltu', { rd: 't0', rs1: 'a4', rs2: 'a0' })
    .op('add', { rd: 'a5', rs1: 'a1', rs2: 'a3' })
    .op('add', { rd: 'a5', rs1: 'a5', rs2: 't0' })
/** hi:lo = hi:lo rotated left by 3, with temporaries. */
const rotate = (a: Assembler, low: Register, high: Register): Assembler =>
  a
    .op('slli', { rd: 't0', rs1: low, imm: 3 })
    .op('srli', { rd: 't1', rs1: high, imm: 29 })
    .op('slli', { rd: 't2', rs1: high, imm: 3 })
    .op('srli', { rd: 't3', rs1: low, imm: 29 })
    .op('or', { rd: low, rs1: 't0', rs2: 't1' })
    .op('or', { rd: high, rs1: 't2', rs2: 't3' })

describe('products and sums', () => {
  test('a product of which both halves are taken', () => {
    expect(
      linesOf(a => a.op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' }).op('mulhu', { rd: 'a3', rs1: 'a1', rs2: 'a0' })),
    ).toEqual(['uint64_t p0 = (uint64_t)a0 * a1;', 'a2 = (reg)p0;', 'a3 = (reg)(p0 >> 32);'])
  })

  test('multiply and accumulate: the carry goes into the sum of the high halves', () => {
    const lines = linesOf(a =>
      a
        .op('lw', { rd: 's0', rs1: 'sp', imm: 0 })
        .op('lw', { rd: 's1', rs1: 'sp', imm: 4 })
        .op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' })
        .op('mulhu', { rd: 'a3', rs1: 'a0', rs2: 'a1' })
        .op('add', { rd: 'a2', rs1: 's0', rs2: 'a2' })
        .op('sltu', { rd: 't0', rs1: 'a2', rs2: 's0' })
        .op('add', { rd: 'a3', rs1: 'a3', rs2: 's1' })
        .op('add', { rd: 'a3', rs1: 't0', rs2: 'a3' }),
    )
    expect(lines).toContain('uint64_t p0 = *(u64 *)(m + (uint64_t)sp);')
    expect(lines).toContain('uint64_t p2 = p0 + p1;')
    expect(lines.at(-1)).toBe('a3 = (reg)(p2 >> 32);')
  })

  test('a sum of registers costs more to put together than it saves', () => {
    expect(linesOf(add)).toEqual([])
  })

  test('a comparison that nothing adds is no carry', () => {
    expect(
      linesOf(a => a.op('mul', { rd: 'a4', rs1: 'a0', rs2: 'a2' }).op('sltu', { rd: 'a5', rs1: 'a4', rs2: 'a0' })),
    ).toEqual([])
  })
})

describe('rotations', () => {
  test('two halves become one rotation, and what is computed with them follows', () => {
    const lines = linesOf(a =>
      rotate(rotate(a, 'a0', 'a1'), 'a2', 'a3')
        .op('xor', { rd: 'a0', rs1: 'a0', rs2: 'a2' })
        .op('xor', { rd: 'a1', rs1: 'a3', rs2: 'a1' }),
    )
    expect(lines.filter(line => line.startsWith('uint64_t')).map(line => line.replace(/^uint64_t p\d = /, ''))).toEqual(
      [
        '(uint64_t)a3 << 32 | a2;',
        '(uint64_t)a1 << 32 | a0;',
        'p1 << 3 | p1 >> 61;',
        'p0 << 3 | p0 >> 61;',
        'p3 ^ p2;',
      ],
    )
    expect(lines.slice(-2)).toEqual(['a0 = (reg)p4;', 'a1 = (reg)(p4 >> 32);'])
  })

  test('a word rotation is none', () => {
    expect(
      linesOf(a =>
        a
          .op('slli', { rd: 't0', rs1: 'a0', imm: 3 })
          .op('srli', { rd: 't1', rs1: 'a0', imm: 29 })
          .op('or', { rd: 'a0', rs1: 't0', rs2: 't1' }),
      ),
    ).toEqual([])
  })

  test('an operand that has been overwritten since is kept', () => {
    const lines = linesOf(a =>
      rotate(
        a
          .op('lw', { rd: 't4', rs1: 'sp', imm: 0 })
          .op('addi', { rd: 't5', rs1: 't4' })
          .op('lw', { rd: 't4', rs1: 'sp', imm: 12 })
          .op('lw', { rd: 't6', rs1: 'sp', imm: 20 }),
        't5',
        't6',
      ),
    )
    expect(lines[0]).toBe('uint64_t p0 = (uint64_t)t6 << 32 | t5;')
    const overwritten = linesOf(a =>
      a
        .op('slli', { rd: 't0', rs1: 'a0', imm: 3 })
        .op('srli', { rd: 't3', rs1: 'a0', imm: 29 })
        .op('addi', { rd: 'a0' })
        .op('lw', { rd: 'a1', rs1: 'sp' })
        .op('srli', { rd: 't1', rs1: 'a1', imm: 29 })
        .op('slli', { rd: 't2', rs1: 'a1', imm: 3 })
        .op('or', { rd: 'a4', rs1: 't0', rs2: 't1' })
        .op('or', { rd: 'a5', rs1: 't2', rs2: 't3' }),
    )
    expect(overwritten[0]).toMatch(/^reg v\d+ = a0;$/)
    expect(overwritten[1]).toMatch(/^uint64_t p0 = \(uint64_t\)a1 << 32 \| v\d+;$/)
  })
})

describe('memory', () => {
  const product = (a: Assembler, between: (a: Assembler) => Assembler): Assembler =>
    between(a.op('lw', { rd: 's0', rs1: 'sp', imm: 0 }))
      .op('lw', { rd: 's1', rs1: 'sp', imm: 4 })
      .op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' })
      .op('mulhu', { rd: 'a3', rs1: 'a0', rs2: 'a1' })
      .op('add', { rd: 'a4', rs1: 's0', rs2: 'a2' })
      .op('sltu', { rd: 't0', rs1: 'a4', rs2: 's0' })
      .op('add', { rd: 'a5', rs1: 'a3', rs2: 's1' })
      .op('add', { rd: 'a5', rs1: 't0', rs2: 'a5' })
  const reads = (between: (a: Assembler) => Assembler): boolean =>
    linesOf(a => product(a, between)).some(line => line.includes('*(u64 *)'))

  test('two words are read at once unless something may have been written in between', () => {
    expect(reads(a => a)).toBe(true)
    expect(reads(a => a.op('sw', { rs1: 'sp', rs2: 'a0', imm: 8 }))).toBe(true)
    expect(reads(a => a.op('sb', { rs1: 'sp', rs2: 'a0', imm: 3 }))).toBe(false)
    expect(reads(a => a.op('sw', { rs1: 'a7', rs2: 'a0', imm: 8 }))).toBe(false)
  })
})
