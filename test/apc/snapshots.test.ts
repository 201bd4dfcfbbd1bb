/** Published small blocks: sizes before are theirs, and sizes after are no larger, or smaller in another figure. */
import { expect, test } from 'vitest'
import { guarded } from '../../src/apc/guard.ts'
import { optimise } from '../../src/apc/optimise/optimise.ts'
import { sizeOf, type Size } from '../../src/apc/system.ts'
import { builtSnapshot, snapshots } from './snapshots.ts'

/** What pins an instruction to the program. */
const PINS = 10

/** One interaction more than published, and fewer columns and constraints: loads and stores whose place is not known. */
const mixed: Readonly<Record<string, Size>> = {
  'complex/copy_byte': { columns: 48, interactions: 32, constraints: 16 },
  'complex/load_two_bytes_compare_unsigned': { columns: 50, interactions: 32, constraints: 16 },
  'single/loadbu': { columns: 25, interactions: 17, constraints: 7 },
  'single/loadhu': { columns: 17, interactions: 13, constraints: 4 },
  'single/storeb': { columns: 25, interactions: 17, constraints: 7 },
  'single/storeh': { columns: 23, interactions: 17, constraints: 4 },
}

const figures = ['columns', 'interactions', 'constraints'] as const

test.each(snapshots)('$name', snapshot => {
  const { name, instrs, before, after } = snapshot
  const system = builtSnapshot(snapshot)
  expect(sizeOf(system)).toEqual({ ...before, constraints: before.constraints + PINS * instrs.length })
  const made = sizeOf(guarded(optimise(system).system))
  const listed = mixed[name]
  if (listed === undefined) for (const of of figures) expect(made[of]).toBeLessThanOrEqual(after[of])
  else expect(made).toEqual(listed)
})

test('what is larger in one figure has fewer columns', () => {
  expect(snapshots.length).toBe(62)
  for (const { name, after } of snapshots)
    if (mixed[name] !== undefined) expect(mixed[name].columns).toBeLessThan(after.columns)
})
