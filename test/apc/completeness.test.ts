/** Honest rows of blocks satisfy what is made of these, guards and all, with the same effect; padding has none. */
import { expect, test } from 'vitest'
import { buildBlock } from '../../src/apc/block.ts'
import { SystemChecker, isAccepted } from '../../src/apc/check/verdict.ts'
import { blockRow, withDerived } from '../../src/apc/check/witness.ts'
import { guarded } from '../../src/apc/guard.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { assembled, execution } from './executions.ts'
import { publishedBlocks, publishedMachine } from './given.ts'

const LARGE = 225
const TRIES = isExhaustive ? 2000 : 25
const blocks = publishedBlocks.filter(({ before }) => isExhaustive || before.columns <= LARGE)

test.skipIf(blocks.length > 0)('there are no published blocks here', () => {})

test.each(blocks)('$name', ({ start_pc: start, instructions, text, name }) => {
  const listed = assembled(32, start, text)
  const block = { start, instructions }
  const before = buildBlock(publishedMachine, block)
  const after = guarded(optimiseBlocks(publishedMachine, [block]).system)
  const [original, optimised] = [new SystemChecker(before), new SystemChecker(after)]
  const width = Math.max(original.width, optimised.width)
  const padding = optimised.verdict(new Float64Array(width))
  expect({ name, ...padding }).toEqual({ name, broken: undefined, outside: undefined, effect: '' })
  let accepted = 0
  for (let seed = 1; seed <= TRIES; seed++) {
    const { rows, entries } = execution(32, listed, seed)
    expect(entries).toEqual(instructions)
    const row = blockRow(rows, width)
    const wanted = original.verdict(row)
    if (!isAccepted(wanted)) continue
    accepted++
    const found = optimised.verdict(withDerived(after, row))
    expect({ name, seed, ...found }).toEqual({ name, seed, ...wanted })
  }
  expect(accepted).toBeGreaterThan(0)
})
