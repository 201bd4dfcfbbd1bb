/** How often instructions run, guessed by the backward transfers around them. */
import { expect, test } from 'vitest'
import { loopWeights } from '../../src/analysis/loop-depth.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

const weights = (write: (a: Assembler) => unknown): number[] => [...loopWeights(graphOf(64, write))]
const step = (a: Assembler): Assembler => a.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })

test('eight times for each loop around an instruction', () => {
  const nested = weights(a => {
    step(step(a).label('outer')).label('inner')
    step(a).op('bne', { rs1: 'a0', target: 'inner' })
    return a.op('bne', { rs1: 'a1', target: 'outer' }).op('terminate')
  })
  expect(nested).toEqual([1, 8, 64, 64, 8, 1])
})

test('a jump backwards closes a loop, a call backwards and a branch forwards do not', () => {
  const back = (rd: 'zero' | 'ra'): number[] =>
    weights(a => step(a.label('start')).op('jal', { rd, target: 'start' }).op('terminate'))
  expect(back('zero')).toEqual([8, 8, 1])
  expect(back('ra')).toEqual([1, 1, 1])
  expect(
    weights(a =>
      step(a.op('beq', { rs1: 'a0', target: 'on' }))
        .label('on')
        .op('terminate'),
    ),
  ).toEqual([1, 1, 1])
})

test('no deeper than four', () => {
  const deep = weights(a => {
    for (let level = 0; level < 6; level++) step(a.label(`level ${level}`))
    for (let level = 5; level >= 0; level--) a.op('bne', { rs1: 'a0', target: `level ${level}` })
    return a.op('terminate')
  })
  expect(deep.slice(0, 6)).toEqual([8, 64, 512, 4096, 4096, 4096])
})

test('what lies 2000 instructions apart is no loop', () => {
  const apart = (length: number): number =>
    weights(a => {
      a.label('start')
      for (let index = 0; index < length; index++) step(a)
      return a.op('beq', { rs1: 'a0', target: 'end' }).label('end').op('jal', { target: 'start' }).op('terminate')
    })[0]!
  // The branch ends the first block, so the jump begins one behind it.
  expect([apart(1999), apart(2000)]).toEqual([8, 1])
})
