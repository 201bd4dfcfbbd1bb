/** Accesses grouped by what their addresses are made of, and the offsets that this rests on. */
import { expect, test } from 'vitest'
import { groupAccesses, type Grouping } from '../../src/analysis/access-groups.ts'
import { EntryOffsets } from '../../src/analysis/entry-offsets.ts'
import type { Instr } from '../../src/isa/row.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

const instrsOf = (write: (a: Assembler) => Assembler): readonly Instr[] =>
  graphOf(64, a => write(a).op('terminate')).program.instrs.filter(instr => instr?.row.kind !== 'host') as Instr[]
const groups = (write: (a: Assembler) => Assembler, more: Partial<Grouping> = {}) =>
  [...groupAccesses(instrsOf(write), { cuts: new Set(), moving: new Map(), ...more })].flatMap(([index, all]) =>
    all.map(({ base, accesses }) => ({ index, base, offsets: accesses.map(({ offset }) => offset) })),
  )

const moved = (a: Assembler): Assembler =>
  a
    .op('lw', { rd: 'a1', rs1: 'a0', imm: 4 })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 16 })
    .op('lw', { rd: 'a2', rs1: 'a0', imm: 4 })

test('a base that constants move stays one group, which a cut divides', () => {
  const base = { kind: 'register', register: 10 }
  expect(groups(moved)).toEqual([{ index: 0, base, offsets: [4, 20] }])
  expect(groups(moved, { cuts: new Set([2]) })).toEqual([
    { index: 0, base, offsets: [4] },
    { index: 2, base, offsets: [4] },
  ])
  expect(groups(moved, { without: new Set([0]) })).toEqual([{ index: 0, base, offsets: [20] }])
})

test('a loaded base is a group in place, and addresses that move together are one', () => {
  const chased = (a: Assembler): Assembler =>
    a.op('ld', { rd: 'a0', rs1: 'a0' }).op('ld', { rd: 'a1', rs1: 'a0', imm: 8 })
  expect(groups(chased).map(({ index, offsets }) => [index, offsets])).toEqual([
    [0, [0]],
    [1, [8]],
  ])
  const whole = (address: number) => ({ kind: 'whole', address }) as const
  const moving = new Map([
    [0, whole(0x2000)],
    [1, whole(0x2008)],
  ])
  expect(groups(chased, { moving })).toEqual([
    { index: 0, base: { kind: 'whole', address: 0x2000, index: 0 }, offsets: [0, 8] },
  ])
})

test('offsets are followed up to the farthest', () => {
  const offsets = new EntryOffsets(100)
  for (const instr of instrsOf(moved)) offsets.pass(instr)
  expect([offsets.originOf(10), offsets.offsetOf(10), offsets.originOf(11)]).toEqual([10, 16, -1])
  for (const instr of instrsOf(a => a.op('addi', { rd: 'a3', rs1: 'a0', imm: 84 }))) offsets.pass(instr)
  expect(offsets.originOf(13)).toBe(-1)
  offsets.begin()
  expect([offsets.originOf(10), offsets.offsetOf(10)]).toEqual([10, 0])
})
