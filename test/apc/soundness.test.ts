/** Whatever an optimised system accepts, a row of the block stands behind it; broken passes are found out. */
import { describe, expect, test } from 'vitest'
import { buildBlock, buildBlocks } from '../../src/apc/block.ts'
import { Attack } from '../../src/apc/check/attack.ts'
import { SystemChecker, isAccepted } from '../../src/apc/check/verdict.ts'
import { withDerived } from '../../src/apc/check/witness.ts'
import { optimiseBlocks, type Optimised } from '../../src/apc/optimise/optimise.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { brokenPasses } from './broken-passes.ts'
import { assembled, execution } from './executions.ts'
import { publishedMachine } from './given.ts'
import { honestRows, subjects } from './subjects.ts'

/** Honest rows that are attacked, of a block of so many columns. */
const rowsOf = (columns: number): number => (isExhaustive ? (columns < 1000 ? 20 : 2) : 1)
const tried = subjects.filter(({ columns }) => isExhaustive || columns <= 140)

test.each(tried)('$name', ({ name, columns, instrs, machine, blocks }) => {
  const before = buildBlocks(machine, blocks)
  const { system: after, eliminated } = optimiseBlocks(machine, blocks)
  const attack = new Attack({ before, after, eliminated })
  const random = randomSource(instrs.length)
  let [rows, accepted] = [0, 0]
  for (const row of honestRows(instrs, before, attack.width)) {
    const found = attack.run(withDerived(after, row), random)
    expect(found.findings).toEqual([])
    accepted += found.accepted
    if (++rows === rowsOf(columns)) break
  }
  expect(accepted > 0 || name.startsWith('superblocks/')).toBe(true)
})

describe('a broken pass is found out', () => {
  test.each(brokenPasses)('%s', (_name, pass, run) => {
    const broken = optimiseBlocks(publishedMachine, [block], { instead: new Map([[pass, run]]) })
    expect(faults(broken)).not.toEqual([])
  })

  test('and there is nothing to be found in the same block otherwise', () => {
    expect(faults(optimiseBlocks(publishedMachine, [block]))).toEqual([])
  })

  const text = ['addi x5, x6, 1', 'sw x5, 0(x7)', 'sw x6, 0(x8)', 'lw x9, 0(x7)', 'add x5, x5, x9']
  const instrs = assembled(32, 0x1000, text)
  const block = { start: 0x1000, instructions: execution(32, instrs, 1).entries }
  const before = buildBlock(publishedMachine, block)
  const ENOUGH = 12

  function faults({ system: after, eliminated }: Optimised) {
    const attack = new Attack({ before, after, eliminated })
    const [original, optimised] = [new SystemChecker(before), new SystemChecker(after)]
    const random = randomSource(7)
    let rows = 0
    for (const row of honestRows(instrs, before, attack.width)) {
      const own = withDerived(after, row)
      const [wanted, found] = [original.verdict(row), optimised.verdict(own)]
      if (!isAccepted(found) || found.effect !== wanted.effect) return ['an honest row']
      const { findings } = attack.run(own, random)
      if (findings.length > 0) return findings
      if (++rows === ENOUGH) break
    }
    return []
  }
})
