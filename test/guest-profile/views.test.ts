/** Views of profiles, by hand on a small one and against plain sums on random ones. */
import { describe, expect, test } from 'vitest'
import { faultOf } from '../../src/guest-profile/fault.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { dearestCalls } from '../../src/guest-profile/views/calls.ts'
import { functionCosts } from '../../src/guest-profile/views/functions.ts'
import { instructionCosts } from '../../src/guest-profile/views/instructions.ts'
import { lineCosts } from '../../src/guest-profile/views/lines.ts'
import { stepCosts } from '../../src/guest-profile/views/steps.ts'
import { smallProfile } from './small.ts'
import { syntheticProfile } from './synthetic.ts'

const amount = (instructions: number, cells: number) => ({ instructions, cells })

describe('a small profile', () => {
  const profile = smallProfile()

  test('is one', () => expect(faultOf(profile)).toBeUndefined())

  test('by function: what a function spends below itself counts once', () => {
    expect(functionCosts(profile)).toEqual([
      { function: 0, calls: 0, self: amount(0, 0), total: amount(100, 2000) },
      { function: 1, calls: 1, self: amount(6, 110), total: amount(100, 2000) },
      { function: 2, calls: 13, self: amount(50, 1000), total: amount(94, 1890) },
      { function: 3, calls: 0, self: amount(44, 890), total: amount(44, 890) },
    ])
    expect(functionCosts(profile, 0).slice(1)).toEqual([
      { function: 1, calls: 1, self: amount(5, 100), total: amount(25, 500) },
      { function: 2, calls: 13, self: amount(20, 400), total: amount(20, 400) },
    ])
  })

  test('by line: times are those of the most frequent instruction', () => {
    expect(lineCosts(profile)).toEqual([
      { file: 0, line: 10, function: 1, times: 5, self: amount(5, 100) },
      { file: 0, line: 12, function: 1, times: 1, self: amount(1, 10) },
      { file: 0, line: 20, function: 2, times: 30, self: amount(50, 1000) },
      { file: 1, line: 3, function: 3, times: 44, self: amount(44, 890) },
    ])
    expect(lineCosts(profile, 1).find(({ line }) => line === 20)).toMatchObject({ times: 20, self: amount(30, 600) })
  })

  test('by instruction, all steps together or one', () => {
    expect(instructionCosts(profile)).toHaveLength(5)
    expect(instructionCosts(profile)[2]).toEqual({
      pc: 0x2000,
      function: 2,
      file: 0,
      line: 20,
      instructions: 30,
      cells: 600,
    })
    expect(instructionCosts(profile, 1).map(({ pc, instructions }) => [pc, instructions])).toEqual([
      [0x1004, 1],
      [0x2000, 10],
      [0x2004, 20],
      [0x2008, 44],
    ])
  })

  test('by step', () => {
    expect(stepCosts(profile).map(({ self }) => self)).toEqual([amount(25, 500), amount(75, 1500)])
  })

  test('the dearest calls, with their callers', () => {
    const { calls, others } = dearestCalls(profile, { unit: 'cells', top: 3 })
    expect(calls).toEqual([
      { node: 1, depth: 0, self: amount(6, 110), total: amount(100, 2000) },
      { node: 2, depth: 1, self: amount(20, 400), total: amount(94, 1890) },
      { node: 3, depth: 2, self: amount(30, 600), total: amount(74, 1490) },
    ])
    expect(others).toBe(1)
  })
})

/** The nodes above a node, itself first. */
function pathOf({ nodes: { parent } }: GuestProfile, node: number): number[] {
  const path = []
  for (let at = node; at >= 0; at = parent[at]!) path.push(at)
  return path
}

describe.each([1, 2, 3])('random profile %i', seed => {
  const profile = syntheticProfile({ nodes: 400, seed, steps: 3, calls: seed !== 3, lines: seed !== 2 })
  const { nodes, costs, functions } = profile
  const paths = Array.from(nodes.parent, (_, node) => pathOf(profile, node))

  test.each([undefined, 1])('functions agree with a sum over all rows of costs, step %s', step => {
    const self = functions.map(() => 0)
    const total = functions.map(() => 0)
    for (const [row, node] of costs.node.entries()) {
      if (step !== undefined && costs.step[row] !== step) continue
      const cells = costs.cells[row]!
      self[nodes.function[node]!]! += cells
      for (const index of new Set(paths[node]!.map(at => nodes.function[at]!))) total[index]! += cells
    }
    const found = functionCosts(profile, step)
    for (const [index] of functions.entries()) {
      const cost = found.find(({ function: at }) => at === index)
      expect([cost?.self.cells ?? 0, cost?.total.cells ?? 0]).toEqual([self[index], total[index]])
    }
  })

  test('every view adds up to the whole', () => {
    const sums = [
      functionCosts(profile).map(({ self }) => self),
      lineCosts(profile).map(({ self }) => self),
      instructionCosts(profile),
      stepCosts(profile).map(({ self }) => self),
      dearestCalls(profile, { unit: 'cells', top: 1e6 }).calls.map(({ self }) => self),
    ]
    for (const rows of sums)
      expect({
        instructions: rows.reduce((sum, { instructions }) => sum + instructions, 0),
        cells: rows.reduce((sum, { cells }) => sum + cells, 0),
      }).toEqual(profile.totals)
  })

  test('of the dearest calls none is dearer than one that is shown, and callers come first', () => {
    const { calls, others } = dearestCalls(profile, { unit: 'instructions', top: 50 })
    const all = dearestCalls(profile, { unit: 'instructions', top: 1e6 }).calls
    expect([calls.length, others]).toEqual([50, all.length - 50])
    const least = Math.min(...calls.map(({ total }) => total.instructions))
    const shown = new Set(calls.map(({ node }) => node))
    const hidden = all.filter(({ node }) => !shown.has(node))
    expect(hidden.every(({ total }) => total.instructions <= least)).toBe(true)
    const seen = new Set([0])
    for (const { node, depth } of calls) {
      expect(seen.has(nodes.parent[node]!)).toBe(true)
      expect(depth).toBe(paths[node]!.length - 2)
      seen.add(node)
    }
  })
})

test('a tree a million nodes deep', () => {
  const count = 1_000_000
  const { nodes, ...rest } = smallProfile()
  const deep = {
    ...rest,
    nodes: {
      ...nodes,
      parent: Int32Array.from({ length: count }, (_, node) => node - 1),
      function: new Uint32Array(count).fill(1),
      calls: new Float64Array(count),
    },
  }
  expect(functionCosts(deep)).toEqual([{ function: 1, calls: 0, self: amount(100, 2000), total: amount(100, 2000) }])
})
