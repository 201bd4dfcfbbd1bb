/** The text of `rvr trace`: a table of chips for each segment, and what a check has found. */
import { hexText } from '../../hex.ts'
import type { TracedChip } from '../../sdk/traced.ts'
import type { ColumnValue, Failure, RowPlace, SegmentCheck } from '../../trace/check/failure.ts'
import { line, table } from '../form/table.ts'
import { count, durationText, grouped } from '../form/units.ts'
import type { TraceReport, TracedSegment } from './json.ts'

/** Of recordings nothing is predicted. */
function chipTable(chips: readonly TracedChip[]): string {
  const isPredicted = chips.some(({ predicted }) => predicted !== undefined)
  const head = ['chip', 'rows', ...(isPredicted ? ['predicted'] : []), 'height', 'cells']
  const rows = chips.map(({ name, width, rows: filled, height, predicted }) => {
    const numbers = [filled, ...(predicted === undefined ? [] : [predicted]), height, height * width]
    return [name, ...numbers.map(grouped)]
  })
  return table([head, ...rows], 'lrrrr', '  ')
}

/** How far the tables stay below what is predicted for them, which is a bound: those of memory. */
function boundsText(chips: readonly TracedChip[], { boundary, merkle, hash }: TraceReport['memory']): string {
  const parts = [boundary, merkle, hash].flatMap(name => {
    const chip = chips.find(each => each.name === name)
    if (chip === undefined || !chip.predicted) return []
    const percent = (100 * (chip.predicted - chip.rows)) / chip.predicted
    return [`${name} ${Math.abs(percent).toFixed(1)}%${percent < 0 ? ' above' : ''}`]
  })
  return parts.length === 0 ? '' : line('below bounds', parts.join(', '))
}

function segmentText(segment: TracedSegment, memory: TraceReport['memory']): string {
  const { index, instretStart, instructions, chips, chipsWithoutAir, missing, check, checkMs } = segment
  const { filledBy, recordMs, fillMs, file, writeMs } = segment
  const cells = chips.reduce((sum, { height, width }) => sum + height * width, 0)
  return [
    line(`segment ${index}`, `${count(instructions, 'instruction', 'instructions')} from ${grouped(instretStart)} on`),
    recordMs === undefined ? '' : line('recorded', `in ${durationText(recordMs)}`),
    line('filled', `${grouped(cells)} cells in ${durationText(fillMs)}, by the ${FILLERS[filledBy]}`),
    check === undefined ? '' : line('check', checkedText(check, checkMs ?? 0)),
    file === undefined ? '' : line('written', `${file} in ${durationText(writeMs ?? 0)}`),
    boundsText(chips, memory),
    missing.length === 0 ? '' : line('missing', `${missing.join(', ')}: the recording has no memory`),
    chipsWithoutAir.length === 0 ? '' : line('without AIR', chipsWithoutAir.join(', ')),
    chipTable(chips),
    check === undefined ? '' : check.failures.map(failureText).join(''),
    check === undefined || check.failures.length === check.failureCount
      ? ''
      : `  … ${grouped(check.failureCount)} failures in all\n`,
  ].join('')
}

const FILLERS = { engine: 'trace engine', reference: 'reference' } as const

function checkedText({ passed, failureCount, rows, messages }: SegmentCheck, ms: number): string {
  const verdict = passed ? 'passed' : `FAILED: ${count(failureCount, 'failure', 'failures')}`
  return `${verdict} (${grouped(rows)} rows, ${grouped(messages)} messages, ${durationText(ms)})`
}

function placeText({ air, row, instruction }: RowPlace): string {
  if (instruction === undefined) return `${air}, row ${row}`
  const { pc, instret, symbol, text } = instruction
  const where = symbol === undefined ? hexText(pc) : `${hexText(pc)} ${symbol}`
  return `${air}, row ${row}: ${text} (${where}, behind ${count(instret, 'instruction', 'instructions')})`
}

const columnsText = (columns: readonly ColumnValue[], indent: string): string =>
  columns.length === 0 ? '' : `${indent}${columns.map(({ name, value }) => `${name} = ${value}`).join(', ')}\n`

type MessageFailure = Failure & { readonly kind: 'message' }

function messageText({ bus, message, count: left, isInNoTable, parties, partyCount }: MessageFailure): string {
  const why = isInNoTable ? 'is in no table' : `is left ${left} times`
  const more = partyCount - parties.length
  return [
    `  bus ${bus}: ${message.join(', ')} ${why}\n`,
    ...parties.map(party => {
      const times = party.count > 0 ? `+${party.count}` : String(party.count)
      return `    ${times}  ${placeText(party)}\n${columnsText(party.columns, '      ')}`
    }),
    more > 0 ? `    … and ${count(more, 'more row', 'more rows')}\n` : '',
  ].join('')
}

function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'constraint': {
      const found = `    ${failure.constraint} comes to ${failure.value}\n`
      return `  ${placeText(failure)}\n${found}${columnsText(failure.columns, '    ')}`
    }
    case 'cell':
      return `  ${placeText(failure)}\n    ${failure.column} = ${failure.value} is no field element\n`
    case 'table':
      return `  ${failure.air}: ${failure.message}\n`
    case 'public': {
      const wanted = failure.wanted === undefined ? '' : `, wanted ${failure.wanted}`
      return `  ${failure.air}: public value ${failure.name} is ${failure.value ?? 'missing'}${wanted}\n`
    }
    case 'message':
      return messageText(failure)
  }
}

export function traceText({ guest, memory, segments }: TraceReport): string {
  return line('guest', guest.path) + segments.map(each => segmentText(each, memory)).join('')
}
