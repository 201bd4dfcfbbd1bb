/** Tables of two runs in shards side by side. */
import { changeRow, percentCell, type Change } from '../form/change.ts'
import { grouped } from '../form/units.ts'
import type { ShardCounter, ShardsComparison, Total } from './comparison.ts'
import type { NameCell, ShardTable } from './rows.ts'

const titles: Partial<Record<Total | ShardCounter, string>> = {
  externalWrites: 'external writes',
  externalReads: 'external reads',
  firstShardWrites: 'writes of shard 0',
  staticLater: 'static, accessed later',
  dynamicLater: 'dynamic, accessed later',
  cells: 'cells of memory and words',
}

export const totalTitle = (name: string): string => titles[name as Total] ?? name

const shardColumns: readonly (readonly [title: string, counter: ShardCounter])[] = [
  ['instructions', 'instructions'],
  ['writes', 'externalWrites'],
  ['reads', 'externalReads'],
  ['leaves', 'leaves'],
  ['cells', 'cells'],
]

export interface ComparisonView {
  /** What the two runs are called. */
  readonly base: string
  readonly now: string
  /** Rows of lists at most. */
  readonly top: number
  readonly cell: NameCell
}

/** Those that have rows. */
export function comparisonTables(comparison: ShardsComparison, view: ComparisonView): ShardTable[] {
  const { totals, regions, writers, readers, copies } = comparison
  const rows = Object.entries(totals).map(([name, change]) => [totalTitle(name), change] as const)
  const named = (of: readonly (Change & { readonly name: string })[], cell: NameCell) =>
    of.slice(0, view.top).map(change => [cell(change.name), change] as const)
  const plain: NameCell = text => text
  const lists: readonly (readonly [title: string, rows: readonly (readonly [string, Change])[]])[] = [
    ['', rows],
    ['region', named(regions, plain)],
    ['left by', named(writers, view.cell)],
    ['taken up by', named(readers, view.cell)],
    ['copy routine', named(copies, plain)],
  ]
  const [first, ...others] = lists.filter(([, list]) => list.length > 0).map(list => changeTable(list, view))
  return [first!, shardsTable(comparison, view), ...others]
}

const changeTable = (
  [title, rows]: readonly [string, readonly (readonly [string, Change])[]],
  { base, now }: ComparisonView,
): ShardTable => ({
  rows: [[title, base, now, 'change', ''], ...rows.map(([name, change]) => changeRow(name, change))],
  align: 'lrrrr',
})

/** Of each counter what the base has, and what has become of it. */
function shardsTable({ list }: ShardsComparison, { top }: ComparisonView): ShardTable {
  const rows = list
    .slice(0, top)
    .map((shard, number) => [
      `${number}`,
      ...shardColumns.flatMap(([, counter]) => [grouped(shard[counter].base), percentCell(shard[counter])]),
    ])
  const head = ['shard', ...shardColumns.flatMap(([title]) => [title, ''])]
  return { rows: [head, ...rows], align: 'r'.repeat(head.length) }
}
