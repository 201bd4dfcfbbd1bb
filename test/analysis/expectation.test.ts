/** What a profile says about branches: which way they go as a rule, where there is a rule. */
import { expect, test } from 'vitest'
import { branchExpectation, type Expectation } from '../../src/analysis/expectation.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

/** Block 0 branches forwards, block 1 falls through, block 2 closes a loop. */
const graph = graphOf(64, (a: Assembler) =>
  a
    .label('loop')
    .op('beq', { rs1: 'a0', target: 'far' })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: 3 })
    .label('far')
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('bne', { rs1: 'a1', target: 'loop' })
    .op('terminate'),
)

const expectationOf = (block: number, share: number | undefined): Expectation | undefined =>
  branchExpectation(graph, {
    blocks: new Float64Array(graph.blocks.length),
    cold: new Uint8Array(graph.blocks.length),
    edge: () => 0,
    taken: () => share,
  })(block)

test.each([
  [1, { taken: true, share: 1 }],
  [0.95, { taken: true, share: 0.95 }],
  [0.9, { taken: true, share: 0.9 }],
  [0.05, { taken: false, share: 0.95 }],
  [0, { taken: false, share: 1 }],
])('taken in %f of the executions: that is the rule', (share, wanted) =>
  expect(expectationOf(0, share)).toEqual(wanted),
)

test('shares are in steps of a thousandth, so that a few executions more change no C', () => {
  expect(expectationOf(0, 0.98761)).toEqual({ taken: true, share: 0.988 })
  expect(expectationOf(0, 0.01239)).toEqual({ taken: false, share: 0.988 })
})

test.each([0.89, 0.5, 0.11, undefined])('a share of %s says nothing', share =>
  expect(expectationOf(0, share)).toBeUndefined(),
)

test('a branch that closes a loop, and a block without a branch, have none', () => {
  expect(expectationOf(1, 0.99)).toBeUndefined()
  expect(expectationOf(2, 0.99)).toBeUndefined()
  expect(expectationOf(2, 0.01)).toBeUndefined()
})
