/** Honest rows of blocks satisfy what is made of these, guards and all, with the same effect; padding has none. */
import { expect, test } from 'vitest'
import { buildBlocks } from '../../src/apc/block.ts'
import { SystemChecker } from '../../src/apc/check/verdict.ts'
import { withDerived } from '../../src/apc/check/witness.ts'
import { guarded } from '../../src/apc/guard.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { honestRows, subjects } from './subjects.ts'

const LARGE = 225
const ANYTHING = 987_654_321
/** Rows of a block of so many columns. */
const rowsOf = (columns: number): number => (isExhaustive ? (columns < 1000 ? 2000 : 200) : 20)
const tried = subjects.filter(({ columns }) => isExhaustive || columns <= LARGE)

test.each(tried)('$name', ({ name, columns, instrs, machine, blocks }) => {
  const before = buildBlocks(machine, blocks)
  const after = guarded(optimiseBlocks(machine, blocks).system)
  const [original, optimised] = [new SystemChecker(before), new SystemChecker(after)]
  const width = Math.max(original.width, optimised.width)
  const padding = optimised.verdict(new Float64Array(width))
  expect({ name, ...padding }).toEqual({ name, broken: undefined, outside: undefined, effect: '' })
  const left = new Set(after.columns.map(({ id }) => id))
  let accepted = 0
  for (const row of honestRows(instrs, before, width)) {
    // What is derived is derived from cells that are left.
    const own = row.map((value, column) => (left.has(column) ? value : ANYTHING))
    const found = optimised.verdict(withDerived(after, own))
    expect({ name, accepted, ...found }).toEqual({ name, accepted, ...original.verdict(row) })
    if (++accepted === rowsOf(columns)) break
  }
  // Random registers hardly ever take the branches of some superblocks.
  expect(accepted > 0 || name.startsWith('superblocks/')).toBe(true)
})
