/** The report of `rvr shards` as text. */
import { line, shortened, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { measuredEnd } from '../run/text.ts'
import type { Compared } from './comparison.ts'
import { comparisonTables } from './comparison-tables.ts'
import { shardsTables, type ShardTable } from './rows.ts'
import { cellsOf, type ShardedRun, type ShardsView } from './view.ts'

/** A function's name, of which there are two beside numbers. */
const NAME_COLUMNS = 36
const cell = (name: string): string => shortened(name, NAME_COLUMNS)

const tableText = ({ rows, align }: ShardTable): string => table(rows, align, '  ')

export function shardsText({ guest, run, shards }: ShardedRun, { top }: ShardsView, compared?: Compared): string {
  const { totals } = shards
  const names = { base: 'compared', now: 'this', top, cell }
  const comparison = compared && comparisonTables(compared.comparison, names)
  return [
    line('guest', guest.path),
    measuredEnd(run, 'report'),
    line('instructions', grouped(shards.instructions)),
    line('crossings', `${grouped(totals.crossings)} words, ${grouped(totals.registers)} registers`),
    line('cells', `${grouped(cellsOf(shards))} of memory and words`),
    ...shardsTables(shards, top, cell).map(tableText),
    ...(compared === undefined ? [] : [line('compared', compared.base)]),
    ...(comparison ?? []).map(tableText),
  ].join('')
}
