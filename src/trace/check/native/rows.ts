/** Rows and messages checked by native code; JavaScript looks again at what it finds, and tells it. */
import { P } from '../../../air/field.ts'
import { RvrError } from '../../../errors.ts'
import { RowEvaluator } from '../../../air/evaluate.ts'
import type { Matrix } from '../../matrix.ts'
import type { Said } from '../../messages.ts'
import type { SegmentTables } from '../../segment.ts'
import { checkCells } from '../cells.ts'
import type { Checking } from '../checking.ts'
import { checkRows } from '../constraints.ts'
import { addUnbalanced, signed } from '../unbalanced.ts'
import { NativeJob, type FoundInTable, type NativeOptions, type Place } from './job.ts'

const disagreement = (what: string): RvrError =>
  new RvrError('INTERNAL', `native code finds ${what} and JavaScript does not`, {
    hint: 'Report this, with the guest and its input. The check has no result.',
  })

/** Returns how many messages there were; undefined where cells are no field elements, so that rows mean nothing. */
export async function checkRowsNatively(
  segment: SegmentTables,
  options: NativeOptions,
  checking: Checking,
): Promise<number | undefined> {
  const { findings } = checking
  const job = new NativeJob(segment, options)
  const { messages, unbalanced, tables } = await job.check()
  const foundIn = ({ air }: Matrix): FoundInTable => tables[segment.set.airs.indexOf(air)]!
  const damaged = segment.tables.filter(matrix => foundIn(matrix).wrongCells > 0)
  for (const matrix of damaged) await checkCells(matrix, checking)
  if (damaged.length > 0 && findings.count === 0) throw disagreement('cells that are no field elements')
  if (damaged.length > 0) return undefined
  for (const matrix of segment.tables) {
    const { broken, rows } = foundIn(matrix)
    if (broken === 0) continue
    const described = checkRows({ matrix, publics: segment.publics.get(matrix.air) ?? [] }, rows, checking)
    if (described === 0 || described > broken) throw disagreement(`broken constraints of ${matrix.air.name}`)
    findings.addUnlisted(broken - described)
  }
  if (unbalanced.length === 0) return messages
  const { count, listed } = await job.find(unbalanced)
  if (count === 0) throw disagreement('messages that do not cancel')
  for (const { left, partyCount, places } of listed) {
    const said = places.map(place => saidAt(segment, place))
    addUnbalanced({ count: signed(left), said, partyCount }, checking)
  }
  findings.addUnlisted(count - listed.length)
  return messages
}

function saidAt(
  { set, tables, publics }: SegmentTables,
  { air, row, interaction: at }: Place,
): readonly [Matrix, Said] {
  const matrix = tables.find(each => each.air === set.airs[air])!
  const { columns, interactions } = matrix.air
  const interaction = interactions[at]!
  const evaluator = new RowEvaluator([interaction.count, ...interaction.fields])
  const { cells, height } = matrix
  evaluator.at({ cells, height, width: columns.length, publics: publics.get(matrix.air) ?? [] }, row)
  const times = evaluator.value(0)
  const fields = interaction.fields.map((_, field) => evaluator.value(field + 1))
  const count = interaction.direction === 'send' ? times : P - times
  return [matrix, { bus: set.buses[interaction.bus]!, interaction, row, count, fields }]
}
