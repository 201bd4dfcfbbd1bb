/** Where cold registers are loaded: in front of what first needs them, on every way, outside of loops. */
import { expect, test } from 'vitest'
import { successors } from '../../src/program/successors.ts'
import type { Check } from '../../src/analysis/facts.ts'
import { placeLoads } from '../../src/analysis/loads.ts'
import { loopMembers, traffic } from '../../src/analysis/traffic.ts'
import { registerNames } from '../../src/isa/registers.ts'
import { eachRegister } from '../../src/isa/registers-used.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

const ALL = ~1

/**
 * By register, "entry", or the block and the instruction that the load stands in front of. `checked`: registers that
 * blocks test at their head.
 */
function placesOf(
  write: (a: Assembler) => Assembler,
  checked: Readonly<Record<number, number>> = {},
): Record<string, string> {
  const { program, blocks } = graphOf(64, write)
  const bodies = blocks.map(({ first, count }) => program.instrs.slice(first, first + count).map(instr => instr!))
  const next = blocks.map(successors)
  const { mayDirty, loaded } = traffic(bodies, next, ALL)
  const checks = blocks.map((_, id) => ({
    head: checked[id] === undefined ? [] : [{ register: checked[id], low: 0, high: 4 }],
    inner: new Map<number, Check>(),
  }))
  const { atEntry, inBlocks } = placeLoads(loaded, ALL, { bodies, next, inLoop: loopMembers(next), mayDirty, checks })
  const places: Record<string, string> = {}
  eachRegister(atEntry, register => {
    places[registerNames[register]!] = 'entry'
  })
  for (const [id, loads] of inBlocks.entries())
    for (const [index, mask] of loads ?? [])
      eachRegister(mask, register => {
        places[registerNames[register]!] = `${id}:${index}`
      })
  return places
}

const store = (a: Assembler, rs2: 's1' | 's2', imm: number): Assembler => a.op('sd', { rs1: 'sp', rs2, imm })

test('each in front of the instruction that reads it first', () => {
  expect(
    placesOf(a =>
      store(store(a, 's1', 0), 's2', 8)
        .op('add', { rd: 's3', rs1: 's1', rs2: 's2' })
        .op('terminate'),
    ),
  ).toEqual({ sp: '0:0', s1: '0:0', s2: '0:1' })
})

test('not on a way that needs nothing', () => {
  expect(
    placesOf(a =>
      store(a.op('beq', { rs1: 'a0', target: 'end' }), 's1', 0)
        .label('end')
        .op('terminate'),
    ),
  ).toEqual({ a0: '0:0', sp: '1:0', s1: '1:0' })
})

test('what only one way writes has its old value on the other', () => {
  const places = placesOf(a =>
    a
      .op('addi', { rd: 'a1', imm: 1 })
      .op('beq', { rs1: 'a0', target: 'join' })
      .op('addi', { rd: 's1', imm: 7 })
      .label('join')
      .op('add', { rd: 'a2', rs1: 's1' })
      .op('terminate'),
  )
  expect(places['s1']).toBe('0:1')
})

test('in front of loops', () => {
  const places = placesOf(a =>
    a
      .op('addi', { rd: 'a1', imm: 9 })
      .label('loop')
      .op('add', { rd: 's1', rs1: 's1', rs2: 'a0' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
      .op('bne', { rs1: 'a1', target: 'loop' })
      .op('terminate'),
  )
  expect(places).toEqual({ s1: '0:0', a0: '0:0' })
})

test('on entry where a loop begins there', () => {
  expect(
    placesOf(a =>
      a
        .label('loop')
        .op('add', { rd: 's1', rs1: 's1', rs2: 'a0' })
        .op('bne', { rs1: 's1', target: 'loop' })
        .op('terminate'),
    ),
  ).toEqual({ s1: 'entry', a0: 'entry' })
})

test('in front of the checks of a block', () => {
  const write = (a: Assembler): Assembler =>
    store(a.op('beq', { rs1: 'a0', target: 'end' }), 's1', 0)
      .label('end')
      .op('terminate')
  expect(placesOf(write, { 1: 2 })).toEqual({ a0: '0:0', sp: '0:0', s1: '1:0' })
  expect(placesOf(write, { 0: 2 })).toEqual({ a0: '0:0', sp: 'entry', s1: '1:0' })
})
