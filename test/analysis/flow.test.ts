/** The solver of flow over blocks, and dominators by it. */
import { expect, test } from 'vitest'
import { commonDominator, dominatorsOf } from '../../src/analysis/dominators.ts'
import { solve } from '../../src/analysis/flow.ts'

// 0 → 1 → 2 → 1, 2 → 3; 4 is led to from nowhere.
const loop = [[1], [2], [1, 3], [], [3]]
const union = (known: number, arriving: number): number => known | arriving

test('forward, what flows round a loop reaches its header; what nothing leads to stays unknown', () => {
  const states = solve<number>({
    direction: 'forward',
    next: loop,
    start: node => (node === 0 ? 0 : undefined),
    pass: (node, state) => state | (1 << node),
    meet: union,
  })
  expect(states).toEqual([0, 0b111, 0b111, 0b111, undefined])
})

test('backward, a node knows what lies on all ways from it', () => {
  const states = solve<number>({
    direction: 'backward',
    next: loop,
    start: () => 0,
    pass: (node, state) => state | (1 << node),
    meet: union,
  })
  expect(states).toEqual([0b1110, 0b1110, 0b1110, 0, 0b1000])
})

test('a node beside another gets what is known in front of that', () => {
  const states = solve<number>({
    direction: 'forward',
    next: [[1], [], []],
    beside: [undefined, 2],
    start: node => (node === 0 ? 0 : undefined),
    pass: (node, state) => state | (1 << node),
    meet: union,
  })
  expect(states).toEqual([0, 1, 1])
})

test('dominators of a diamond, of a loop, and of one that is entered in two places', () => {
  expect(dominatorsOf([[1, 2], [3], [3], []])).toEqual([0, 0, 0, 0])
  expect(dominatorsOf([[1], [2], [1, 3], []])).toEqual([0, 0, 1, 2])
  // 1 → 2 → 3 → 2, and 1 → 3: neither of the two dominates the other.
  expect(dominatorsOf([[1], [2, 3], [3], [2, 4], []])).toEqual([0, 0, 1, 1, 3])
  expect(commonDominator([0, 0, 1, 1, 3], 2, 4)).toBe(1)
})
