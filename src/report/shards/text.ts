/** The report of `rvr shards` as text. */
import { line, shortened, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import { measuredEnd } from '../run/text.ts'
import { functionTable, lineTable, regionTable, shardTable, type ShardTable } from './rows.ts'
import { cellsOf, type ShardedRun, type ShardsView } from './view.ts'

/** A function's name, of which there are two beside numbers. */
const NAME_COLUMNS = 36
const cell = (name: string): string => shortened(name, NAME_COLUMNS)

export const tableText = ({ rows, align }: ShardTable): string => table(rows, align, '  ')

/** The text of `rvr shards`, the comparison excepted. */
export function shardsText({ guest, run, shards }: ShardedRun, { top }: ShardsView): string {
  const { totals } = shards
  const tables =
    totals.crossings === 0
      ? []
      : [
          tableText(regionTable(shards)),
          tableText(functionTable(shards, 'externalWrites', top, cell)),
          tableText(functionTable(shards, 'externalReads', top, cell)),
          tableText(lineTable(shards, top, cell)),
        ]
  return [
    line('guest', guest.path),
    measuredEnd(run, 'report'),
    line('instructions', grouped(shards.instructions)),
    line('crossings', `${grouped(totals.crossings)} words, ${grouped(totals.registers)} registers`),
    line('cells', `${grouped(cellsOf(shards))} of memory and words`),
    tableText(shardTable(shards)),
    ...tables,
  ].join('')
}
