/** Published small blocks: sizes before are theirs, and sizes after are no larger. */
import { expect, test } from 'vitest'
import { buildBlocks } from '../../src/apc/block.ts'
import { guarded } from '../../src/apc/guard.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { sizeOf } from '../../src/air/system.ts'
import { blocksOfSnapshot, snapshotMachine, snapshots } from './snapshots.ts'

/** What pins an instruction to the program. */
const PINS = 10

const figures = ['columns', 'interactions', 'constraints'] as const

test.each(snapshots)('$name', snapshot => {
  const { instrs, before, after } = snapshot
  const blocks = blocksOfSnapshot(snapshot)
  expect(sizeOf(buildBlocks(snapshotMachine, blocks))).toEqual({
    ...before,
    constraints: before.constraints + PINS * instrs.length,
  })
  const made = sizeOf(guarded(optimiseBlocks(snapshotMachine, blocks).system))
  for (const of of figures) expect(made[of]).toBeLessThanOrEqual(after[of])
})

test('these are all that are published', () => {
  expect(snapshots.length).toBe(62)
})
