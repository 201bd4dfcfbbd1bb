/** The memory check planner: what one check proves, and what it must not. */
import { expect, test } from 'vitest'
import { DEFAULT_MEMORY } from '../../src/elf/image.ts'
import { checkOffsets, planChecks } from '../../src/analysis/block-checks.ts'
import { learn, meet, noFacts } from '../../src/analysis/facts.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

/** Checks of straight-line code. */
function plan(write: (a: Assembler) => unknown) {
  return planned(write).checks
}

function planned(write: (a: Assembler) => unknown) {
  const { program, blocks } = graphOf(64, a => write(a))
  return planChecks(
    program.instrs.slice(0, blocks[0]!.count) as never,
    noFacts({ xlen: 64, direct: DEFAULT_MEMORY }),
    checkOffsets(),
  )
}

test('accesses on one base share one check at the head, whatever their offsets', () => {
  const { head, inner } = plan(a =>
    a
      .op('ld', { rd: 'a1', rs1: 'a0' })
      .op('sd', { rs1: 'a0', rs2: 'a1', imm: 2040 })
      .op('ld', { rd: 'a2', rs1: 'a0', imm: 16 })
      .op('terminate'),
  )
  expect(head).toEqual([{ register: 10, low: 0, high: 4096 }])
  expect(inner.size).toBe(0)
})

test('a negative offset widens the check downwards', () => {
  expect(plan(a => a.op('ld', { rd: 'a1', rs1: 'a0', imm: -8 }).op('terminate')).head).toEqual([
    { register: 10, low: -4096, high: 4096 },
  ])
})

test('a base that is moved by constants still belongs to the head check', () => {
  const { head, inner } = plan(a =>
    a.op('addi', { rd: 'a3', rs1: 'a0', imm: 100 }).op('ld', { rd: 'a1', rs1: 'a3', imm: 8 }).op('terminate'),
  )
  expect(head).toEqual([{ register: 10, low: 0, high: 4096 }])
  expect(inner.size).toBe(0)
})

test('a base that was loaded is checked in place, and again after it changes', () => {
  const { head, inner } = plan(a =>
    a
      .op('ld', { rd: 'a1', rs1: 'a0' })
      .op('ld', { rd: 'a1', rs1: 'a1' })
      .op('ld', { rd: 'a2', rs1: 'a1' })
      .op('terminate'),
  )
  expect(head.map(check => check.register)).toEqual([10])
  expect([...inner.keys()]).toEqual([1, 2])
})

test('addresses built from constants need no check; outside of memory they do', () => {
  expect(
    plan(a => a.op('lui', { rd: 'a0', imm: 0x300000 }).op('sw', { rs1: 'a0', rs2: 'zero', imm: -4 }).op('terminate')),
  ).toEqual({ head: [], inner: new Map() })
  expect(
    plan(a => a.op('lui', { rd: 'a0', imm: 0x2000_0000 }).op('sw', { rs1: 'a0', rs2: 'zero', imm: 0 }).op('terminate'))
      .inner.size,
  ).toBe(1)
  expect(plan(a => a.op('sw', { rs1: 'zero', rs2: 'zero', imm: -4 }).op('terminate')).inner.size).toBe(1)
})

test('facts never claim an interval without the register itself, so no 32-bit address can wrap', () => {
  const { behind } = planned(a =>
    a.op('ld', { rd: 'a1', rs1: 'a0' }).op('addi', { rd: 'a3', rs1: 'a0', imm: -16 }).op('terminate'),
  )
  expect([behind[13], behind[32 + 13]]).toEqual([0, 0])
})

test('where paths meet only what both know survives', () => {
  const a = noFacts({ xlen: 64, direct: DEFAULT_MEMORY })
  const b = noFacts({ xlen: 64, direct: DEFAULT_MEMORY })
  learn(a, { register: 10, low: -100, high: 4096 })
  learn(b, { register: 10, low: -4096, high: 200 })
  const both = meet(a, b, false)
  expect([both[10], both[42]]).toEqual([-100, 200])
  const widened = meet(a, b, true)
  expect([widened[10], widened[42]]).toEqual([0, 0])
  const none = meet(a, noFacts({ xlen: 64, direct: DEFAULT_MEMORY }), false)
  expect([none[10], none[42]]).toEqual([0, 0])
  expect([a[10], a[42]]).toEqual([-100, 4096])
  expect(meet(none, a, true)).toBe(none)
})
