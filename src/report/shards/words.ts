/** Words of all shards by region, function and copy routine, the most first. */
import type { GuestShards } from '../../shards/guest-shards.ts'

export type ByName = readonly (readonly [name: string, words: number])[]

/** What is counted under the same name is added up. */
export function sums(entries: Iterable<readonly [name: string, words: number]>): ByName {
  const found = new Map<string, number>()
  for (const [name, words] of entries) found.set(name, (found.get(name) ?? 0) + words)
  return [...found].toSorted(([a, words], [b, others]) => others - words || (a < b ? -1 : 1))
}

export const wordsByRegion = ({ shards }: GuestShards): ByName =>
  sums(shards.flatMap(({ externalReads }) => Object.entries(externalReads.regions)))

export const wordsByFunction = ({ shards }: GuestShards, side: 'externalWrites' | 'externalReads'): ByName =>
  sums(shards.flatMap(shard => shard[side].functions.map(({ function: name, words }) => [name, words] as const)))
