/** Which regions are worth the C compiler's full effort, by a profile. */
import type { Frequencies } from './frequency.ts'
import type { Graph, Region } from '../program/program.ts'

/** Share of all executed instructions that may lie in regions compiled with little effort. */
const NEGLECTED = 1 / 1000

/**
 * The regions that were executed least, together no more than a small share of what was executed: those that never were
 * among them.
 */
export function neglectedRegions(
  { blocks }: Graph,
  regions: readonly Region[],
  frequencies: Frequencies,
): ReadonlySet<Region> {
  const weighed = regions.map(region => ({
    region,
    executed: region.blocks.reduce((sum, id) => sum + frequencies.blocks[id]! * blocks[id]!.count, 0),
  }))
  let left = weighed.reduce((sum, { executed }) => sum + executed, 0) * NEGLECTED
  const neglected = new Set<Region>()
  for (const { region, executed } of weighed.toSorted((a, b) => a.executed - b.executed)) {
    left -= executed
    if (left < 0) break
    neglected.add(region)
  }
  return neglected
}
