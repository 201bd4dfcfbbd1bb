/** What a profile does to graphs: counts of edges from counts of blocks, cold code apart from executed code. */
import { expect, test } from 'vitest'
import { frequenciesOf } from '../../src/analysis/frequency.ts'
import { buildRegions } from '../../src/analysis/regions.ts'
import { defaultLimits } from '../../src/analysis/ownership.ts'
import { successors } from '../../src/program/successors.ts'
import type { Graph } from '../../src/program/program.ts'
import type { Stretch } from '../../src/profile/counts.ts'
import type { Assembler } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'
import { graphOf, memoryGuest, TEXT } from '../codegen/guests.ts'

/** A loop that, once in a while, calls a function in its middle; both sides are too long to be copied. */
function loopWithCall(a: Assembler): Assembler {
  const long = (): void => {
    for (let index = 0; index < 20; index++) a.op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
  }
  a.op('addi', { rd: 's0', imm: 100 }).label('loop')
  long()
  a.op('bne', { rs1: 'a2', target: 'join' })
    .op('jal', { rd: 'ra', target: 'rare' })
    .op('addi', { rd: 'a3', rs1: 'a3', imm: 1 })
    .label('join')
  long()
  return a
    .op('addi', { rd: 's0', rs1: 's0', imm: -1 })
    .op('bne', { rs1: 's0', target: 'loop' })
    .op('terminate')
    .label('rare')
    .op('jalr', { rs1: 'ra' })
}

const blockAt = (graph: Graph, slot: number): number => graph.blocks.findIndex(block => block.first === slot)
const stretch = (slot: number, instructions: number, count: number): Stretch => ({
  pc: TEXT + 4 * slot,
  instructions,
  count,
})
/**
 * Slots: 0 before the loop, 1 the loop with its branch at 21, 22 the call, 23 behind it, 24 where the ways join, 46 the
 * end.
 */
const neverCalled = [stretch(0, 1, 1), stretch(1, 21, 100), stretch(24, 22, 100), stretch(46, 1, 1)]

test('counts of blocks tell how branches went', () => {
  const graph = graphOf(64, loopWithCall)
  const loop = blockAt(graph, 1)
  const join = blockAt(graph, 24)
  const rare = frequenciesOf(graph, [
    stretch(0, 1, 1),
    stretch(1, 21, 100),
    stretch(22, 2, 10),
    stretch(24, 22, 100),
    stretch(46, 1, 1),
  ])
  expect(rare.taken(loop)).toBe(0.9)
  expect(rare.edge(loop, join)).toBe(90)
  expect(rare.taken(join)).toBe(0.99)
  expect(rare.cold[blockAt(graph, 22)]).toBe(0)
  const never = frequenciesOf(graph, neverCalled)
  expect(never.taken(loop)).toBe(1)
  expect(never.cold[blockAt(graph, 22)]).toBe(1)
  expect(frequenciesOf(graph, []).taken(loop)).toBeUndefined()
})

test('a call that was never executed does not split the loop around it', () => {
  const graph = graphOf(64, loopWithCall)
  const loop = blockAt(graph, 1)
  const join = blockAt(graph, 24)
  expect(buildRegions(graph).isRoot[join]).toBe(1)
  const { main, resume, isRoot, isResume } = buildRegions(graph, defaultLimits, frequenciesOf(graph, neverCalled))
  expect(main.filter(region => region.blocks.includes(loop) && region.blocks.includes(join))).toHaveLength(1)
  expect([isRoot[join], isRoot[loop]]).toEqual([0, 0])
  // The rare way leads back through a region of its own.
  expect(isResume[join]).toBe(1)
  expect(resume.map(region => region.blocks[0])).toContain(join)
})

test('the likely way comes right behind its block', () => {
  const graph = graphOf(64, a =>
    a
      .op('bne', { rs1: 'a0', target: 'far' })
      .op('addi', { rd: 'a1', imm: 1 })
      .op('jal', { target: 'end' })
      .label('far')
      .op('addi', { rd: 'a1', imm: 2 })
      .label('end')
      .op('addi')
      .op('terminate'),
  )
  const regions = (taken: number): readonly number[] =>
    buildRegions(
      graph,
      defaultLimits,
      frequenciesOf(graph, [stretch(0, 1, 100), stretch(1, 2, 100 - taken), stretch(3, 1, taken), stretch(4, 1, 100)]),
    ).main[0]!.blocks
  expect(regions(95)[1]).toBe(blockAt(graph, 3))
  expect(regions(5)[1]).toBe(blockAt(graph, 1))
})

test.each([1, 2, 3, 4, 5, 6])(
  'whatever the counts say, every block is in a region and every way leads to one (seed %i)',
  seed => {
    const random = randomSource(seed)
    for (const guest of [loopWithCall, memoryGuest]) {
      const graph = graphOf(64, guest)
      const stretches = graph.program.instrs.flatMap((_, slot) =>
        random(3) === 0 ? [] : [stretch(slot, 1, 1 + random(1000))],
      )
      const frequencies = frequenciesOf(graph, [
        stretch(-5, 3, 9),
        ...stretches,
        stretch(graph.program.instrs.length, 4, 9),
      ])
      for (const limits of [defaultLimits, { duplicateUpTo: 0, regionSize: 22, loops: 1 }]) {
        const { main, resume, isRoot, isResume } = buildRegions(graph, limits, frequencies)
        const all = [...main, ...resume]
        expect(new Set(all.flatMap(({ blocks }) => blocks))).toEqual(new Set(graph.blocks.map(block => block.id)))
        for (const { blocks, headers } of all) {
          expect(blocks.reduce((sum, id) => sum + graph.blocks[id]!.count, 0)).toBeLessThanOrEqual(limits.regionSize)
          const inside = (id: number): boolean => blocks.includes(id) && (id !== blocks[0] || headers.has(id))
          for (const id of blocks)
            for (const next of successors(graph.blocks[id]!))
              expect(inside(next) || isRoot[next] === 1 || isResume[next] === 1).toBe(true)
        }
        for (const id of graph.blocks.keys()) {
          const taken = frequencies.taken(id) ?? 0
          expect(taken >= 0 && taken <= 1).toBe(true)
        }
      }
    }
  },
)
