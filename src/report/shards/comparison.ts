/** Two runs in shards side by side. */
import type { GuestShards } from '../../shards/guest-shards.ts'
import { grouped } from '../form/units.ts'
import type { ShardTable } from './rows.ts'
import { cellsOf } from './view.ts'

interface Change {
  readonly base: number
  readonly now: number
}

/** By what changed, in the order in which it is shown. */
export type ShardsComparison = Readonly<Record<string, Change>>

/** Of both runs: the first shard, which guests that unpack everything make the dearest, and all of them. */
export function compareShards(base: GuestShards, now: GuestShards): ShardsComparison {
  const change = (value: (shards: GuestShards) => number): Change => ({ base: value(base), now: value(now) })
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return {
    instructions: change(({ instructions }) => instructions),
    shards: change(({ shards }) => shards.length),
    firstShardWrites: change(({ shards }) => shards[0]?.externalWrites.words ?? 0),
    crossings: change(({ totals }) => totals.crossings),
    staticLater: change(({ totals }) => totals.staticLater),
    dynamicLater: change(({ totals }) => totals.dynamicLater),
    registers: change(({ totals }) => totals.registers),
    words: change(({ shards }) => sum(shards.map(({ words }) => words))),
    leaves: change(({ shards }) => sum(shards.map(({ leaves }) => leaves))),
    pages: change(({ shards }) => sum(shards.map(({ pages }) => pages))),
    cells: change(cellsOf),
  }
}

const titles: Readonly<Record<string, string>> = {
  firstShardWrites: 'writes of shard 0',
  staticLater: 'static, accessed later',
  dynamicLater: 'dynamic, accessed later',
  cells: 'cells of memory and words',
}

function percent({ base, now }: Change): string {
  if (base === now) return ''
  if (base === 0) return 'new'
  const share = (100 * (now - base)) / base
  return `${share > 0 ? '+' : '−'}${Math.abs(share).toFixed(1)} %`
}

/** `base`, `now`: names of the runs. */
export function comparisonTable(comparison: ShardsComparison, base: string, now: string): ShardTable {
  const rows = Object.entries(comparison).map(([name, change]) => [
    titles[name] ?? name,
    grouped(change.base),
    grouped(change.now),
    percent(change),
  ])
  return { rows: [['', base, now, ''], ...rows], align: 'lrrr' }
}
