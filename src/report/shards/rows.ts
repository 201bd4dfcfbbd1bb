/** Tables of a report of shards, in text and in Markdown. */
import { hexText } from '../../hex.ts'
import type { CrossingPlace, GuestShards, InstructionWords, ShardSide } from '../../shards/guest-shards.ts'
import { copyRoutine } from '../../shards/copy-routines.ts'
import { grouped } from '../form/units.ts'
import { wordsByFunction, wordsByRegion } from './words.ts'

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

/** Words by region, the most first. */
export const regionTable = (shards: GuestShards): ShardTable => ({
  rows: [['words', 'region'], ...wordsByRegion(shards).map(([region, words]) => [grouped(words), region])],
  align: 'rl',
})

/** Words by function of one side. */
export function functionTable(
  shards: GuestShards,
  side: 'externalWrites' | 'externalReads',
  top: number,
  cell: NameCell,
): ShardTable {
  const rows = wordsByFunction(shards, side)
    .slice(0, top)
    .map(([name, words]) => [grouped(words), cell(name)])
  return { rows: [['words', side === 'externalWrites' ? 'left by' : 'taken up by'], ...rows], align: 'rl' }
}

/** Words by copy routine, and by what the routine is inlined in. */
export function copyTable({ copies }: GuestShards, top: number, cell: NameCell): ShardTable {
  const rows = copies
    .slice(0, top)
    .map(({ routine, caller, written, read }) => [
      grouped(written),
      grouped(read),
      routine,
      caller === undefined ? '' : cell(caller),
    ])
  return { rows: [['left', 'taken up', 'copy routine', 'inlined in'], ...rows], align: 'rrll' }
}

const addressText = (pc: number | undefined): string => (pc === undefined ? '' : hexText(pc))

/** Words by instruction in each shard: in those `top` shards that leave and take up the most. */
export function instructionTable({ shards }: GuestShards, top: number, cell: NameCell): ShardTable {
  const wordsOf = (number: number): number => shards[number]!.externalWrites.words + shards[number]!.externalReads.words
  const most = [...shards.keys()]
    .filter(number => wordsOf(number) > 0)
    .toSorted((a, b) => wordsOf(b) - wordsOf(a) || a - b)
    .slice(0, top)
    .toSorted((a, b) => a - b)
  const half = ({ instructions }: ShardSide, at: number): string[] => {
    const one: InstructionWords | undefined = instructions[at]
    return one === undefined ? ['', '', ''] : [grouped(one.words), addressText(one.pc), cell(one.function)]
  }
  const rows = most.flatMap(number => {
    const { externalWrites: left, externalReads: taken } = shards[number]!
    const length = Math.min(top, Math.max(left.instructions.length, taken.instructions.length))
    return Array.from({ length }, (_, at) => [at === 0 ? `${number}` : '', ...half(left, at), ...half(taken, at)])
  })
  return { rows: [['shard', 'left', 'at', 'by', 'taken up', 'at', 'by'], ...rows], align: 'rrllrll' }
}

/** A function, and the copy routine that is inlined there. */
export const placeName = ({ function: name, routine }: CrossingPlace): string =>
  routine === undefined || copyRoutine(name) !== undefined ? name : `${routine} in ${name}`

/** Words by pairs of instructions. */
export function lineTable({ lines }: GuestShards, top: number, cell: NameCell): ShardTable {
  const place = (of: CrossingPlace): string[] => [addressText(of.pc), cell(placeName(of))]
  const rows = lines
    .slice(0, top)
    .map(({ producer, consumer, region, words }) => [grouped(words), region, ...place(producer), ...place(consumer)])
  return { rows: [['words', 'region', 'at', 'left by', 'at', 'taken up by'], ...rows], align: 'rllll' }
}

/** All tables that have rows. */
export const shardsTables = (shards: GuestShards, top: number, cell: NameCell): ShardTable[] =>
  [
    shardTable(shards),
    regionTable(shards),
    functionTable(shards, 'externalWrites', top, cell),
    functionTable(shards, 'externalReads', top, cell),
    lineTable(shards, top, cell),
    instructionTable(shards, top, cell),
    copyTable(shards, top, cell),
  ].filter(({ rows }) => rows.length > 1)
