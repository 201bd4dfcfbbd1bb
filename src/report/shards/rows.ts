/** Tables of a report of shards, in text and in Markdown. */
import { hexText } from '../../hex.ts'
import type { CrossingPlace, FunctionWords, GuestShards } from '../../shards/guest-shards.ts'
import { grouped } from '../form/units.ts'

export interface ShardTable {
  readonly rows: readonly (readonly string[])[]
  readonly align: string
}

/** How cells show names. */
export type NameCell = (text: string) => string

/** A row for each shard, and one for all. */
export function shardTable({ shards, totals, instructions }: GuestShards): ShardTable {
  const head = [
    'shard',
    'instructions',
    'writes',
    'static',
    'dynamic',
    'reads',
    'registers',
    'leaves',
    'pages',
    'cells',
  ]
  const rows = shards.map((shard, number) => [
    `${number}`,
    ...[
      shard.instructions,
      shard.externalWrites.words,
      shard.staticLater,
      shard.dynamicLater,
      shard.externalReads.words,
      shard.registersRead,
      shard.leaves,
      shard.pages,
      shard.memoryCells + shard.wordCells,
    ].map(grouped),
  ])
  const leaves = shards.reduce((sum, shard) => sum + shard.leaves, 0)
  const pages = shards.reduce((sum, shard) => sum + shard.pages, 0)
  const { crossings, staticLater, dynamicLater, registers, memoryCells, wordCells } = totals
  const all = [crossings, staticLater, dynamicLater, crossings, registers, leaves, pages, memoryCells + wordCells]
  return { rows: [head, ...rows, ['all', ...[instructions, ...all].map(grouped)]], align: 'rrrrrrrrrr' }
}

/** Words by region. */
export function regionTable({ shards }: GuestShards): ShardTable {
  const regions = new Map<string, number>()
  for (const { externalReads } of shards)
    for (const [region, words] of Object.entries(externalReads.regions))
      regions.set(region, (regions.get(region) ?? 0) + words)
  const rows = [...regions].toSorted(([, a], [, b]) => b - a).map(([region, words]) => [grouped(words), region])
  return { rows: [['words', 'region'], ...rows], align: 'rl' }
}

/** Words by function of one side. */
export function functionTable(
  { shards }: GuestShards,
  side: 'externalWrites' | 'externalReads',
  top: number,
  cell: NameCell,
): ShardTable {
  const all = new Map<string, number>()
  const add = ({ function: name, words }: FunctionWords): void => void all.set(name, (all.get(name) ?? 0) + words)
  for (const shard of shards) for (const one of shard[side].functions) add(one)
  const rows = [...all]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, top)
    .map(([name, words]) => [grouped(words), cell(name)])
  return { rows: [['words', side === 'externalWrites' ? 'left by' : 'taken up by'], ...rows], align: 'rl' }
}

/** Words by pairs of instructions. */
export function lineTable({ lines }: GuestShards, top: number, cell: NameCell): ShardTable {
  const place = ({ pc, function: name }: CrossingPlace): string[] => [pc === undefined ? '' : hexText(pc), cell(name)]
  const rows = lines
    .slice(0, top)
    .map(({ producer, consumer, region, words }) => [grouped(words), region, ...place(producer), ...place(consumer)])
  return { rows: [['words', 'region', 'at', 'left by', 'at', 'taken up by'], ...rows], align: 'rllll' }
}
