/** Accesses are repeated where the same register holds what it held at one before, and the offset is the same. */
import { expect, test } from 'vitest'
import { repeatedAccesses } from '../../src/analysis/repeated-accesses.ts'
import { graphOf } from '../codegen/guests.ts'

const { program } = graphOf(64, code =>
  code
    .op('ld', { rd: 'a1', rs1: 'a0', imm: 8 })
    .op('sd', { rs1: 'a0', rs2: 'a1', imm: 8 })
    .op('sd', { rs1: 'a0', rs2: 'a1', imm: 16 })
    .op('lw', { rd: 'a0', rs1: 'a0', imm: 16 })
    .op('ld', { rd: 'a1', rs1: 'a0', imm: 8 })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 })
    .op('ld', { rd: 'a1', rs1: 'a0', imm: 8 })
    .op('sb', { rs1: 'a0', rs2: 'a0', imm: 8 })
    .op('terminate'),
)
const instrs = program.instrs.filter(instr => instr !== undefined)

test('until the register is written', () => {
  expect([...repeatedAccesses(instrs, () => true)]).toEqual([1, 3, 7])
})

test('accesses that do not count', () => {
  expect([...repeatedAccesses(instrs, index => index !== 0 && index !== 6)]).toEqual([3])
})
