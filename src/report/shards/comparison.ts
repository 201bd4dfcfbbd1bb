/** Two runs in shards side by side, as a value and as JSON. */
import type { GuestShard, GuestShards } from '../../shards/guest-shards.ts'
import { changeJson, changesByName, type Change } from '../form/change.ts'
import { cellsOf } from './view.ts'
import { sums, wordsByFunction, wordsByRegion, type ByName } from './words.ts'

type NamedChange = Change & { readonly name: string }

const totalNames = ['instructions', 'shards', 'firstShardWrites', 'crossings', 'staticLater', 'dynamicLater'] as const
const moreNames = ['registers', 'words', 'leaves', 'pages', 'cells'] as const
const shardNames = ['instructions', 'externalWrites', 'externalReads', 'leaves', 'cells'] as const

export type Total = (typeof totalNames)[number] | (typeof moreNames)[number]
export type ShardCounter = (typeof shardNames)[number]

export interface ShardsComparison {
  /** Of whole runs, and of the first shard, which guests that unpack everything make the dearest. */
  readonly totals: Readonly<Record<Total, Change>>
  /** By number; 0 where a run has no such shard. */
  readonly list: readonly Readonly<Record<ShardCounter, Change>>[]
  /** What differs, the greatest change first; `writers` and `readers` are functions. */
  readonly regions: readonly NamedChange[]
  readonly writers: readonly NamedChange[]
  readonly readers: readonly NamedChange[]
  readonly copies: readonly NamedChange[]
}

/** What the run is compared with. */
export interface Compared {
  /** What it is called. */
  readonly base: string
  readonly comparison: ShardsComparison
}

export function compareShards(base: GuestShards, now: GuestShards): ShardsComparison {
  const named = (of: (shards: GuestShards) => ByName): NamedChange[] =>
    changesByName(new Map(of(base)), new Map(of(now)))
  const numbers = Array.from({ length: Math.max(base.shards.length, now.shards.length) }, (_, number) => number)
  return {
    totals: changes([...totalNames, ...moreNames], totalsOf(base), totalsOf(now)),
    list: numbers.map(number => changes(shardNames, countersOf(base.shards[number]), countersOf(now.shards[number]))),
    regions: named(wordsByRegion),
    writers: named(shards => wordsByFunction(shards, 'externalWrites')),
    readers: named(shards => wordsByFunction(shards, 'externalReads')),
    copies: named(({ copies }) => sums(copies.map(({ routine, written, read }) => [routine, written + read]))),
  }
}

function changes<Name extends string>(
  names: readonly Name[],
  base: Readonly<Record<Name, number>>,
  now: Readonly<Record<Name, number>>,
): Record<Name, Change> {
  const entries = names.map(name => [name, { base: BigInt(base[name]), now: BigInt(now[name]) }] as const)
  return Object.fromEntries(entries) as Record<Name, Change>
}

function totalsOf(found: GuestShards): Record<Total, number> {
  const sum = (value: (shard: GuestShard) => number): number =>
    found.shards.reduce((total, shard) => total + value(shard), 0)
  const { crossings, staticLater, dynamicLater, registers } = found.totals
  return {
    instructions: found.instructions,
    shards: found.shards.length,
    firstShardWrites: found.shards[0]?.externalWrites.words ?? 0,
    crossings,
    staticLater,
    dynamicLater,
    registers,
    words: sum(({ words }) => words),
    leaves: sum(({ leaves }) => leaves),
    pages: sum(({ pages }) => pages),
    cells: cellsOf(found),
  }
}

const countersOf = (shard: GuestShard | undefined): Record<ShardCounter, number> => ({
  instructions: shard?.instructions ?? 0,
  externalWrites: shard?.externalWrites.words ?? 0,
  externalReads: shard?.externalReads.words ?? 0,
  leaves: shard?.leaves ?? 0,
  cells: shard === undefined ? 0 : shard.memoryCells + shard.wordCells,
})

export function comparisonJson({ base, comparison: { totals, list, ...lists } }: Compared) {
  const plain = (of: Readonly<Record<string, Change>>) =>
    Object.fromEntries(Object.entries(of).map(([name, change]) => [name, changeJson(change)]))
  const named = (of: readonly NamedChange[]) => of.map(({ name, ...change }) => ({ name, ...changeJson(change) }))
  return {
    base,
    ...plain(totals),
    list: list.map(plain),
    regions: named(lists.regions),
    writers: named(lists.writers),
    readers: named(lists.readers),
    copies: named(lists.copies),
  }
}
