/** Whatever an optimised system accepts extends to a row of the block: shown for all rows, but for what is listed. */
import { describe, expect, test } from 'vitest'
import { buildBlocks } from '../../src/apc/block.ts'
import { extension } from '../../src/apc/check/extends.ts'
import { optimiseBlocks, type OptimiseOptions } from '../../src/apc/optimise/optimise.ts'
import type { Block, System } from '../../src/air/system.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { brokenPasses } from './broken-passes.ts'
import { assembled, execution } from './executions.ts'
import { blocksOfSnapshot, snapshotMachine, snapshots } from './snapshots.ts'

function extended(blocks: readonly Block[], options: OptimiseOptions = {}) {
  const { system: after, eliminated } = optimiseBlocks(snapshotMachine, blocks, options)
  return extension({ before: buildBlocks(snapshotMachine, blocks), after, eliminated })
}

/**
 * Not known to hold: pointers of accesses between two others off one base, which are found by comparing integers, and
 * comparisons of what the block itself computed.
 */
const open: readonly (readonly [name: string, constraints: readonly number[], messages: readonly number[]])[] = [
  ['complex/aligned_memcpy', [53, 88, 123, 193, 228, 263], [21, 22, 38, 39, 89, 90, 106, 107]],
  ['complex/many_stores_relative_to_same_register', [53, 88], [21, 22]],
  ['complex/stack_accesses', [53, 88], [21, 22]],
  ['complex/store_to_same_memory_address', [53], []],
  [
    'complex/unaligned_memcpy',
    [
      197, 199, 200, 202, 203, 205, 206, 207, 208, 209, 210, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246,
      247, 248,
    ],
    [116, 134],
  ],
]

/** In the words of the checker, in an order of their own. */
function openOf(snapshot: string): readonly string[] {
  const found = open.find(([name]) => name === snapshot)
  if (found === undefined) return []
  const [, constraints, messages] = found
  return [...constraints.map(each => `constraint ${each}`), ...messages.map(each => `message ${each}`)].toSorted()
}

const MOST_COLUMNS = 130
const tried = snapshots.filter(({ before }) => isExhaustive || before.columns <= MOST_COLUMNS)

test.each(tried)('$name', snapshot => {
  const { asked, unsettled } = extended(blocksOfSnapshot(snapshot))
  expect(asked).toBeGreaterThan(25)
  expect(unsettled.toSorted()).toEqual(openOf(snapshot.name))
})

describe('a broken pass is found out', () => {
  const instrs = assembled(32, 0x1000, ['addi x5, x5, 1', 'sub x5, x5, x6'])
  const block = { start: 0x1000, instructions: execution(32, instrs, 1).entries }
  // Who assumes that addresses differ refuses rows, so only honest ones find that out.
  const unsound = brokenPasses.filter(([name]) => name !== 'alias assumed')

  test.each(unsound)('%s', (_name, pass, run) => {
    expect(extended([block], { instead: new Map([[pass, run]]) }).unsettled).not.toEqual([])
  })

  test('and all is settled otherwise', () => {
    expect(extended([block]).unsettled).toEqual([])
  })
})

describe('what an optimised system needs is missed', () => {
  const needed = snapshots.filter(({ name }) =>
    ['pseudo/mv', 'single/beq', 'single/loadh', 'single/sub'].includes(name),
  )
  test.each(needed)('$name', snapshot => {
    const blocks = blocksOfSnapshot(snapshot)
    const before = buildBlocks(snapshotMachine, blocks)
    const { system, eliminated } = optimiseBlocks(snapshotMachine, blocks)
    const isSettled = (after: System): boolean => extension({ before, after, eliminated }).unsettled.length === 0
    const { constraints, messages } = system
    const missed = constraints.filter((_, at) => isSettled({ ...system, constraints: constraints.toSpliced(at, 1) }))
    // taken is 0 or 1 also because of what says when it is which.
    expect(missed.length).toBe(snapshot.name === 'single/beq' ? 1 : 0)
    expect(messages.filter((_, at) => isSettled({ ...system, messages: messages.toSpliced(at, 1) }))).toEqual([])
  })
})
