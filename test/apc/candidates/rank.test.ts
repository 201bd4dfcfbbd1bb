/** Runs, windows and the three orders, against the published examples and a plain reimplementation. */
import { expect, test } from 'vitest'
import { byDensity, byInstructions, byLength } from '../../../src/apc/candidates/rank.ts'
import { RemainingRuns } from '../../../src/apc/candidates/remaining.ts'
import { RunRecorder, windowsOf, type Run } from '../../../src/apc/candidates/runs.ts'
import { randomSource } from '../../support/random.ts'
import { plainGreedy, plainWindows, type PlainCandidate } from './plain-ranking.ts'

const runOf = (...starts: number[]): Run => ({ starts, times: 1 })

test('windows of a run, and how often each occurs without overlap', () => {
  const windows = windowsOf([runOf(4, 1, 2, 3, 5, 1, 2, 3, 4)], 3)
  const ofLength = (length: number): number => windows.filter(({ starts }) => starts.length === length).length
  expect([1, 2, 3].map(ofLength)).toEqual([5, 6, 6])
  const count = (...starts: number[]): number | undefined =>
    windows.find(each => each.starts.join() === starts.join())?.executions
  expect([count(1, 2, 3), count(4), count(4, 1, 2)]).toEqual([2, 2, 1])
  const overlapping = windowsOf([runOf(1, 2, 1, 2, 1)], 3)
  expect(overlapping.find(({ starts }) => starts.join() === '1,2,1')?.executions).toBe(1)
})

test('what was taken is in nobody else, and what stood around it is no longer in a row', () => {
  const remaining = new RemainingRuns([{ starts: [1, 2, 3, 1, 2, 3], times: 10 }, runOf(3, 1)])
  expect([remaining.count([3, 1]), remaining.count([2]), remaining.count([1, 2, 3])]).toEqual([11, 20, 20])
  remaining.take([2])
  expect([remaining.count([3, 1]), remaining.count([2]), remaining.count([1, 2, 3]), remaining.count([3])]).toEqual([
    11, 0, 0, 21,
  ])
  remaining.take([3, 1])
  expect([remaining.count([1]), remaining.count([3])]).toEqual([10, 10])
})

test('instructions become runs of whole blocks', () => {
  const block = (start: number, length: number) => ({ start, instructions: Array.from({ length }, () => [0]) })
  const recorder = new RunRecorder([block(0, 3), block(12, 2), block(100, 2)])
  const both = [0, 4, 8, 12, 16]
  // Twice the same; then block 12 is left early, an instruction of no block, and a block that is entered in its middle.
  for (const pc of [...both, 50, ...both, 50, 0, 4, 8, 12, 100, 104, 20, 4, 8, 12, 16, 0, 4]) recorder.executed(pc)
  expect(recorder.runs).toEqual([
    { starts: [0, 12], times: 2 },
    { starts: [0], times: 1 },
    { starts: [100], times: 1 },
    { starts: [12], times: 1 },
  ])
})

/** Few different blocks and figures, so that equals and overlaps are common. */
function instance(seed: number) {
  const random = randomSource(seed)
  const blocks = 1 + random(5)
  const runs = Array.from({ length: 1 + random(4) }, (): Run => {
    const starts = Array.from({ length: 1 + random(14) }, () => 4 * random(blocks))
    return { starts, times: 1 + random(5) }
  })
  const most = 1 + random(3)
  const candidates = windowsOf(runs, most).map(({ starts, executions }): PlainCandidate => {
    const costAfter = 1 + random(6)
    return { starts, executions, instructions: 2 + random(4), costAfter, costBefore: random(3) * random(12) }
  })
  return { runs, most, candidates, budget: random(3) === 0 ? Infinity : random(20) }
}

test('windows, and picks, order and executions of density are those of the rules', () => {
  let [picked, budgeted, recounted] = [0, 0, 0]
  for (let seed = 1; seed <= 2000; seed++) {
    const { runs, most, candidates, budget } = instance(seed)
    expect(new Map(candidates.map(({ starts, executions }) => [starts.join(), executions]))).toEqual(
      plainWindows(runs, most),
    )
    const taken = byDensity(candidates, runs, budget === Infinity ? undefined : budget)
    const wanted = plainGreedy(candidates, runs, budget)
    expect(taken.map(({ candidate, executions }) => [candidate.starts.join(), executions])).toEqual(wanted)
    picked += taken.length
    recounted += taken.filter(({ candidate, executions }) => executions < candidate.executions).length
    if (plainGreedy(candidates, runs, Infinity).length > taken.length) budgeted++
  }
  expect([picked > 2000, budgeted > 200, recounted > 100]).toEqual([true, true, true])
})

test('densities are compared exactly, beyond what a number holds', () => {
  const candidate = (start: number, executions: number, costAfter: number) => {
    return { starts: [start], executions, instructions: 2, costBefore: costAfter + 1, costAfter }
  }
  const large = 2 ** 52
  // large ÷ 3 against (large + 1) ÷ 3, and equals: 2 ÷ 4 and 1 ÷ 2.
  const candidates = [candidate(8, large, 3), candidate(4, large + 1, 3), candidate(12, 1, 2), candidate(16, 2, 4)]
  const runs = candidates.map(({ starts, executions }) => ({ starts, times: executions }))
  expect(byDensity(candidates, runs, undefined).map(({ candidate: { starts } }) => starts[0])).toEqual([4, 8, 16, 12])
})

test('the other orders are by what they say, in program order among equals', () => {
  const candidates = Array.from({ length: 60 }, (_, index) => ({
    starts: [4 * ((index * 37) % 60)],
    executions: index % 4,
    instructions: 2 + (index % 5),
  }))
  const isOrdered = (list: typeof candidates, weight: (of: (typeof candidates)[number]) => number): boolean =>
    list.every((each, index) => {
      const before = list[index - 1]
      if (before === undefined || weight(before) > weight(each)) return true
      return weight(before) === weight(each) && before.starts[0]! < each.starts[0]!
    })
  expect(isOrdered([...byLength(candidates)], each => each.instructions)).toBe(true)
  expect(isOrdered([...byInstructions(candidates)], each => each.instructions * each.executions)).toBe(true)
  const wide = (start: number, executions: number) => ({ starts: [start], executions, instructions: 2 })
  // In 32 bits the first would be 0.
  expect(byInstructions([wide(0, 1), wide(4, 2 ** 31)]).map(({ starts }) => starts[0])).toEqual([4, 0])
})
