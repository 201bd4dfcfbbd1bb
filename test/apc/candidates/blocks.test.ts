/** Which instructions of a guest are blocks that can be proved in one row. */
import { expect, test } from 'vitest'
import { executionsOf } from '../../../src/apc/candidates/blocks.ts'
import { MOST_INSTRUCTIONS } from '../../../src/apc/candidates/options.ts'
import { DATA, program, TEXT } from '../../run/support.ts'
import type { Assembler } from '../../support/assembler.ts'
import { blocksIn, LOOP, smallGuest, START, TAIL } from './small-guest.ts'

const shapes = (guest: Uint8Array) => blocksIn(guest).map(({ start, instructions }) => [start, instructions.length])

test('blocks begin where control arrives, and hold rows of the program table', () => {
  const blocks = blocksIn(smallGuest())
  expect(blocks.map(({ start, instructions }) => [start, instructions.length])).toEqual([
    [START, 2],
    [LOOP, 3],
    [TAIL, 2],
  ])
  // addi t0, x0, 8: registers by the bytes that they lie at.
  expect(blocks[0]!.instructions[0]).toEqual([512, 20, 0, 8, 1, 0, 0, 0])
  expect(blocks[1]!.instructions.at(-1)!.slice(0, 3)).toEqual([545, 20, 0])
})

const pair = (code: Assembler): Assembler =>
  code.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 }).op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })

test.each([
  ['nothing that a proof sees', 'addi', { rd: 0, rs1: 'a0', imm: 1 }],
  ['a fence', 'fence', {}],
  ['something of the host', 'reveal', { rd: 'a0', rs1: 'a0', imm: 0 }],
  ['a call', 'keccakf', { rd: 'a0', rs1: 'a0', rs2: 'a0' }],
] as const)('an instruction that does %s is in none, and divides what is around it', (_what, name, operands) => {
  const guest = program(32, code => {
    code.li('a0', DATA)
    const from = code.pc
    pair(code).op(name, operands)
    pair(code).op('terminate')
    expect(from).toBe(TEXT + 4)
  })
  expect(shapes(guest)).toEqual([
    [TEXT, 3],
    [TEXT + 16, 2],
  ])
})

test('one instruction is no block, and a guest may have none', () => {
  const guest = program(32, code =>
    code.op('addi', { rd: 'a0', rs1: 0, imm: 1 }).op('reveal', { rs1: 'a0', rd: 'a0' }).op('terminate'),
  )
  expect(shapes(guest)).toEqual([])
})

test('a very long block is cut', () => {
  const guest = program(32, code => {
    for (let index = 0; index < 2500; index++) code.op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    code.op('terminate')
  })
  const lengths = shapes(guest).map(([, length]) => length!)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(2500)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(MOST_INSTRUCTIONS)
})

test('a block was executed as often as the least executed of its instructions', () => {
  const block = { start: 8, instructions: [[0], [0], [0]] }
  const counts = new Map([8, 12, 16].map(pc => [pc, 100 - pc]))
  expect(executionsOf(block, counts)).toBe(84)
  counts.delete(12)
  expect(executionsOf(block, counts)).toBe(0)
})
