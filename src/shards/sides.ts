/** Crossings by shard, from one side: by region, function and instruction. */
import { regionNames, type RegionName } from '../layout/shards.ts'
import type { Crossings } from '../modes/shards/counts.ts'
import type { CodePlaces } from './code-places.ts'
import type { ShardSide } from './guest-shards.ts'

interface Counts {
  readonly regions: Map<RegionName, number>
  readonly functions: Map<string, number>
  readonly instructions: Map<number, number>
  copied: number
}

export type Side = 'producer' | 'consumer'

/** Addresses of the instructions on one side. */
export const pcsOf = ({ from, to }: Crossings, side: Side): Int32Array => (side === 'producer' ? from : to)

export function sidesOf(crossings: Crossings, side: Side, places: CodePlaces): Map<number, ShardSide> {
  const pcs = pcsOf(crossings, side)
  const found = new Map<number, Counts>()
  for (const [line, shard] of crossings[side].entries()) {
    let own = found.get(shard)
    if (own === undefined) {
      own = { regions: new Map(), functions: new Map(), instructions: new Map(), copied: 0 }
      found.set(shard, own)
    }
    const words = crossings.words[line]!
    const place = places(pcs[line]!)
    add(own.regions, regionNames[crossings.region[line]!]!, words)
    add(own.functions, place.function, words)
    add(own.instructions, pcs[line]!, words)
    if (place.copying !== undefined) own.copied += words
  }
  return new Map([...found].map(([shard, counts]) => [shard, sideOf(counts, places)]))
}

function sideOf({ regions, functions, instructions, copied }: Counts, places: CodePlaces): ShardSide {
  return {
    words: [...regions.values()].reduce((total, words) => total + words, 0),
    regions: Object.fromEntries(regionNames.flatMap(name => (regions.has(name) ? [[name, regions.get(name)!]] : []))),
    functions: [...functions]
      .map(([name, words]) => ({ function: name, words }))
      .toSorted((a, b) => b.words - a.words || (a.function < b.function ? -1 : 1)),
    instructions: [...instructions]
      .toSorted(([a, words], [b, others]) => others - words || a - b)
      .map(([pc, words]) => ({ pc: pc < 0 ? undefined : pc, function: places(pc).function, words })),
    copied,
  }
}

export function add<Key>(counts: Map<Key, number>, key: Key, words: number): void {
  counts.set(key, (counts.get(key) ?? 0) + words)
}
