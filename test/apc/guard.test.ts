/** Guarded systems accept rows of zeros, which send nothing, and say the same as before on rows of executions. */
import { describe, expect, test } from 'vitest'
import { constant, degreeOf, degrees, minus, times, type Expression } from '../../src/air/expression.ts'
import { P, add, multiply } from '../../src/air/field.ts'
import { buildBlock } from '../../src/apc/block.ts'
import { SystemChecker } from '../../src/apc/check/verdict.ts'
import { withDerived } from '../../src/apc/check/witness.ts'
import { VALID, guarded } from '../../src/apc/guard.ts'
import type { Message, System } from '../../src/air/system.ts'
import { RowEvaluator } from '../../src/air/evaluate.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { publishedBlocks, publishedMachine } from './given.ts'

/** By constraint, then by message and field. */
function valuesOf({ constraints, messages }: System, row: Float64Array): readonly number[] {
  const all = [...constraints, ...messages.flatMap(({ count, fields }) => [count, ...fields])]
  const evaluator = new RowEvaluator(all)
  evaluator.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
  return all.map((_, index) => evaluator.value(index))
}

/** Cells that satisfy nothing in particular. */
function anything(width: number): Float64Array {
  let state = 1
  return Float64Array.from({ length: width }, () => (state = add(multiply(state, 1_103_515_245), 12_345)))
}

const countOf = (message: Message): Message => ({ ...message, fields: [] })
const isZero = (value: number): boolean => value === 0

function expectGuarded(system: System): void {
  const safe = guarded(system)
  const added = safe.columns.at(-1)!
  expect(added.name).toBe(VALID)
  const checker = new SystemChecker(safe)
  const zeros = new Float64Array(checker.width)
  expect(checker.verdict(zeros)).toEqual({ broken: undefined, outside: undefined, effect: '' })
  expect(valuesOf({ ...safe, constraints: [], messages: safe.messages.map(countOf) }, zeros).every(isZero)).toBe(true)
  // On valid rows nothing else is said.
  const row = withDerived({ ...safe, derived: safe.derived.slice(-1) }, anything(checker.width))
  expect(row[added.id]).toBe(1)
  const [own, found] = [valuesOf(system, row), valuesOf(safe, row)]
  const [last, extra] = [system.constraints.length, safe.constraints.length - system.constraints.length]
  expect(own.findIndex((value, at) => value !== found[at < last ? at : at + extra])).toBe(-1)
  expect(found.slice(last, last + extra).every(isZero)).toBe(true)
  const degree = degrees()
  expect(system.constraints.findIndex((of, index) => degree(of) !== degree(safe.constraints[index]!))).toBe(-1)
}

/** Of larger ones the same is tried by `make exhaustive`. */
const blocks = publishedBlocks.filter(({ before }) => isExhaustive || before.columns < 2000)

test.each(blocks)('$name before it is optimised', ({ start_pc: start, instructions }) => {
  expectGuarded(buildBlock(publishedMachine, { start, instructions }))
})

describe('counts', () => {
  const column = (index: number): Expression => ({ op: 'column', index, row: 0 })
  const [x, y] = [column(0), column(1)]
  const sending = (...counts: readonly Expression[]): System => ({
    buses: publishedMachine.buses,
    columns: [
      { id: 0, name: 'x' },
      { id: 1, name: 'y' },
    ],
    constraints: [],
    messages: counts.map((count): Message => ({ bus: 0, count, fields: [x, y] })),
    derived: [],
  })
  const effect = (system: System, row: readonly number[]): string =>
    new SystemChecker(system).verdict(Float64Array.from(row)).effect
  const isSatisfied = (system: System, row: readonly number[]): boolean =>
    new SystemChecker(system).verdict(Float64Array.from(row)).broken === undefined

  test('that are numbers are so only on valid rows', () => {
    const safe = guarded(sending(constant(1), constant(P - 1)))
    expect(safe.constraints.length).toBe(1)
    expect(effect(safe, [3, 4, 0])).toBe('')
    expect(isSatisfied(safe, [3, 4, 0])).toBe(true)
    expect(isSatisfied(safe, [3, 4, 2])).toBe(false)
  })

  test('that are 0 where their columns are have a constraint, each once', () => {
    const safe = guarded(sending(x, { ...x }, times(x, y)))
    expect(safe.constraints.length).toBe(3)
    expect(effect(safe, [1, 2, 1])).not.toBe('')
    expect(isSatisfied(safe, [1, 0, 1])).toBe(true)
    expect(isSatisfied(safe, [1, 0, 0])).toBe(false)
    expect(isSatisfied(safe, [0, 5, 0])).toBe(true)
  })

  test('of the highest degree get no higher one', () => {
    const safe = guarded(sending(minus(constant(1), times(x, y)), minus(constant(1), x)))
    expect(safe.messages.map(({ count }) => degreeOf(count))).toEqual([2, 2])
    expect(effect(safe, [2, 3, 1])).toBe(`0:2,3 ${P - 6}`)
    // 1 - xy where valid, so xy = 0 where not.
    expect(isSatisfied(safe, [2, 3, 0])).toBe(false)
    expect(isSatisfied(safe, [2, 0, 0])).toBe(true)
    expect(effect(safe, [2, 0, 0])).toBe('')
  })

  test('of too high a degree are refused', () => {
    expect(() => guarded(sending(times(x, times(x, x))))).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })
})
