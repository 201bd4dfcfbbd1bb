/** Which regions are compiled with little effort: those that all of them together were executed next to never. */
import { expect, test } from 'vitest'
import { neglectedRegions } from '../../src/analysis/effort.ts'
import type { Frequencies } from '../../src/analysis/frequency.ts'
import type { Region } from '../../src/program/program.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

/** Five blocks of two instructions and the end. */
function stairs(a: Assembler): Assembler {
  for (let step = 0; step < 5; step++)
    a.op('addi', { rd: 'a1', rs1: 'a1', imm: step })
      .op('beq', { rs1: 'a1', target: `step ${step}` })
      .label(`step ${step}`)
  return a.op('terminate')
}
const graph = graphOf(64, stairs)
/** Two blocks in one region, then one in each. */
const regions = [[0, 1], [2], [3], [4]].map((blocks): Region => ({ kind: 'main', blocks, headers: new Set() }))

/** Places of the regions in the list, in its order. */
function neglected(executions: readonly number[]): number[] {
  const frequencies: Frequencies = {
    blocks: Float64Array.from([...executions, 0]),
    cold: new Uint8Array(graph.blocks.length),
    edge: () => 0,
    taken: () => undefined,
  }
  const found = neglectedRegions(graph, regions, frequencies)
  return [...regions.keys()].filter(index => found.has(regions[index]!))
}

test('those that were never executed, and no other where all others count', () => {
  expect(graph.blocks.slice(0, 5).map(({ count }) => count)).toEqual([2, 2, 2, 2, 2])
  expect(neglected([0, 0, 5, 0, 5])).toEqual([0, 2])
  expect(neglected([1, 1, 1, 1, 1])).toEqual([])
})

test('those that were executed least, as long as all of them make up a thousandth', () => {
  // 2,000,000 instructions: 2000 may be neglected.
  expect(neglected([999_000, 0, 500, 500, 0])).toEqual([1, 2, 3])
  expect(neglected([999_000, 0, 500, 501, 0])).toEqual([1, 3])
  expect(neglected([999_500, 500, 0, 0, 0])).toEqual([1, 2, 3])
})

test('all of a guest that was never executed', () => expect(neglected([0, 0, 0, 0, 0])).toEqual([0, 1, 2, 3]))
