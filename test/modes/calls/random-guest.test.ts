/** Random guests of mode `calls` do what tests of it need: in each of its kinds at least a third of them. */
import { expect, test } from 'vitest'
import type { CallPaths } from '../../../src/modes/calls/counts.ts'
import { useRvr } from '../../run/support.ts'
import { randomCalls } from './random-guest.ts'
import { callsOf } from './support.ts'

const host = useRvr()
const GUESTS = 16
const LEAST = GUESTS / 3

function deepest({ parent }: CallPaths): number {
  const depths: number[] = []
  for (const caller of parent) depths.push(caller < 0 ? 1 : depths[caller]! + 1)
  return Math.max(...depths)
}

test('what random guests show', async () => {
  const found = { long: 0, skipped: 0, unmatched: 0, deep: 0, tail: 0, steps: 0 }
  for (let seed = 1; seed <= GUESTS; seed++) {
    const symbols = (['all', 'some', 'none'] as const)[seed % 3]!
    const xlen = seed % 2 === 0 ? 32 : 64
    const guest = await host.rvr.load(randomCalls(xlen, seed, { symbols, second: seed % 4 < 2 }))
    using run = await guest.interpret('calls').execute({ maxInstructions: 20_000 })
    const { paths, contexts, skipped, unmatched } = callsOf(run)
    if (run.instret > 1000n) found.long++
    if (skipped > 0) found.skipped++
    if (unmatched > 0) found.unmatched++
    if (deepest(paths) > 1000) found.deep++
    if (paths.isTail.includes(1)) found.tail++
    if (new Set(contexts.step).size > 2) found.steps++
  }
  for (const [kind, guests] of Object.entries(found)) expect(guests, kind).toBeGreaterThan(LEAST)
})
