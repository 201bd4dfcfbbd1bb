/** The report of `rvr shards` as Markdown, for job summaries. */
import { code, markdownFacts, markdownTable } from '../form/markdown.ts'
import { shortened } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import type { Compared } from './comparison.ts'
import { comparisonTables } from './comparison-tables.ts'
import { shardsTables, type ShardTable } from './rows.ts'
import { cellsOf, type ShardedRun, type ShardsView } from './view.ts'

const cell = (name: string): string => code(shortened(name))

/** Names of functions are code; all else is rvr's own text. */
const tableMarkdown = ({ rows, align }: ShardTable): string => markdownTable(rows, align)

export function shardsMarkdown({ guest, shards }: ShardedRun, { top }: ShardsView, compared?: Compared): string {
  const { totals, instructions } = shards
  const facts = markdownFacts([
    ['instructions', grouped(instructions)],
    ['crossings', `${grouped(totals.crossings)} words, ${grouped(totals.registers)} registers`],
    ['cells of memory and words', grouped(cellsOf(shards))],
  ])
  const names = { base: 'compared', now: 'this', top, cell }
  return [
    `### Shards of ${code(guest.path)}\n\n`,
    facts,
    ...(compared === undefined ? [] : [`#### Compared with ${code(compared.base)}\n\n`]),
    ...(compared === undefined ? [] : comparisonTables(compared.comparison, names).map(tableMarkdown)),
    ...shardsTables(shards, top, cell).map(tableMarkdown),
  ].join('')
}
