/** The report of `rvr shards` as Markdown, for job summaries. */
import { code, markdownFacts, markdownTable } from '../form/markdown.ts'
import { shortened } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { functionTable, lineTable, regionTable, shardTable, type ShardTable } from './rows.ts'
import { cellsOf, type ShardedRun, type ShardsView } from './view.ts'

const cell = (name: string): string => code(shortened(name))

/** Names of functions are code; all else is rvr's own text. */
export const tableMarkdown = ({ rows, align }: ShardTable): string => markdownTable(rows, align)

/** The comparison excepted. */
export function shardsMarkdown({ guest, shards }: ShardedRun, { top }: ShardsView): string {
  const { totals, instructions } = shards
  const facts = markdownFacts([
    ['instructions', grouped(instructions)],
    ['crossings', `${grouped(totals.crossings)} words, ${grouped(totals.registers)} registers`],
    ['cells of memory and words', grouped(cellsOf(shards))],
  ])
  return [
    `### Shards of ${code(guest.path)}\n\n`,
    facts,
    tableMarkdown(shardTable(shards)),
    tableMarkdown(regionTable(shards)),
    tableMarkdown(functionTable(shards, 'externalWrites', top, cell)),
    tableMarkdown(functionTable(shards, 'externalReads', top, cell)),
    tableMarkdown(lineTable(shards, top, cell)),
  ].join('')
}
