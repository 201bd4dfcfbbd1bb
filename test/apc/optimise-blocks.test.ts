/** Blocks that are put together from kinds of instructions become what their whole systems become. */
import { expect, test } from 'vitest'
import { buildBlock } from '../../src/apc/block.ts'
import { optimise, optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { sizeOf } from '../../src/air/system.ts'
import { assembled, execution } from './executions.ts'
import { rv32 } from './given.ts'

const texts = [
  ['lbu x5, 3(x6)', 'lb x7, -1(x6)', 'sb x5, 4(x8)', 'bne x5, x7, 16'],
  ['slli x5, x6, 7', 'srli x6, x6, 25', 'or x5, x5, x6', 'xori x5, x5, -1', 'sra x7, x5, x6'],
  ['lui x5, 74565', 'auipc x6, 1', 'sltiu x7, x5, 1', 'mul x8, x7, x6', 'jal x0, 8'],
  ['lw x5, 8(x2)', 'addi x0, x5, 1', 'sw x5, 8(x2)', 'sh x0, 6(x2)', 'bgeu x5, x0, -12'],
]
const blocks = texts.map((text, at) => {
  const start = 0x1000 * (at + 1)
  return { start, instructions: execution(32, assembled(32, start, text), 1).entries }
})
const machine = rv32([256, 8192], 10)

test.each(blocks)('as small as the whole system: $start', block => {
  const whole = sizeOf(optimise(buildBlock(machine, block)).system)
  expect(sizeOf(optimiseBlocks(machine, [block]).system)).toEqual(whole)
})

test('the same, whichever blocks came before', () => {
  const fresh = blocks.map(block => optimiseBlocks(rv32([256, 8192], 10), [block]))
  const reversed = blocks.toReversed().map(block => optimiseBlocks(machine, [block]))
  expect(reversed.toReversed()).toEqual(fresh)
})
