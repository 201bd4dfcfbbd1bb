/** What metered runs report, as text: chips by cost share, a table of segments, the peak of the memory estimate. */
import { meteredFacts, overLimitWarning, type ChipTotal, type MeteredRun, type SegmentFacts } from './facts.ts'
import { table } from '../form/table.ts'
import { count, grouped, percentText, sizeText } from '../form/units.ts'

const REASONS: Readonly<Record<string, string>> = {
  'trace-height': 'trace height limit',
  memory: 'memory limit',
  interactions: 'interaction limit',
  end: 'end of the guest',
  trap: 'trap',
}
/** Chips of which the text has a row each; the rest is summed. */
const TOP_CHIPS = 12
/** Segments that the text shows when there are more: these first ones, and the last. */
const FIRST_SEGMENTS = 8

/** The dearest chips with their shares of the cost, the others in one row; then the memory tables. */
export function chipRows(chips: readonly ChipTotal[], cost: bigint, dearest = TOP_CHIPS): string[][] {
  const paid = chips.filter(({ isCost }) => isCost)
  const tables = chips.filter(({ isCost }) => !isCost)
  const top = paid.slice(0, dearest)
  const others = paid.slice(top.length)
  const row = (name: string, list: readonly ChipTotal[], share: boolean): string[] => {
    const cells = list.reduce((sum, chip) => sum + chip.cells, 0)
    return [
      name,
      grouped(list.reduce((sum, chip) => sum + chip.rows, 0)),
      grouped(cells),
      share && cost > 0n ? percentText(cells / Number(cost)) : '',
    ]
  }
  return [
    ['chip', 'rows', 'cells', 'of cost'],
    ...top.map(chip => row(chip.name, [chip], true)),
    ...(others.length === 0 ? [] : [row(count(others.length, 'other', 'others'), others, true)]),
    ...tables.map(chip => row(`${chip.name} (memory)`, [chip], false)),
  ]
}

/** The same as text. */
export const chipsText = (chips: readonly ChipTotal[], cost: bigint, dearest?: number): string =>
  table(chipRows(chips, cost, dearest), 'lrrr', '  ')

const segmentRow = (facts: SegmentFacts, number: number): string[] => [
  String(number),
  grouped(facts.instretStart),
  grouped(facts.instructions),
  percentText(facts.utilisation),
  sizeText(facts.memoryBytes),
  `${facts.reason === undefined ? 'not ended' : (REASONS[facts.reason] ?? facts.reason)}${facts.overLimit === true ? ', over it' : ''}`,
]

function segmentsText(all: readonly SegmentFacts[]): string {
  const isLong = all.length > FIRST_SEGMENTS + 2
  const rows = all.map(segmentRow)
  const shown = isLong ? [...rows.slice(0, FIRST_SEGMENTS), ['…'], rows.at(-1)!] : rows
  const reasons = new Map<string, number>()
  for (const { reason } of all) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const average = all.reduce((sum, { utilisation }) => sum + utilisation, 0) / all.length
  const endings = [...reasons].map(([reason, times]) => `${REASONS[reason] ?? reason} ${grouped(times)}`).join(', ')
  return (
    `${table([['segment', 'from', 'instructions', 'used', 'memory', 'ended by'], ...shown], 'rrrrrl', '  ')}` +
    (isLong
      ? `  ${count(all.length, 'segment', 'segments')}, ${percentText(average)} used on average; ended by: ${endings}\n`
      : '')
  )
}

/** The part of `rvr run`'s text about chips and segments; empty in modes that keep none. */
export function meteredText(run: MeteredRun): string {
  const facts = meteredFacts(run)
  if (facts === undefined) return ''
  const { segments, openSegment, chips, peakMemoryBytes } = facts
  const warning = overLimitWarning(run)
  return [
    chipsText(chips, run.cost ?? 0n),
    segmentsText([...segments, ...(openSegment === undefined ? [] : [openSegment])]),
    `${'peak memory'.padEnd(16)}${sizeText(peakMemoryBytes)} (estimate for proving the largest segment)\n`,
    warning === undefined ? '' : `${'warning'.padEnd(16)}${warning.message}\n`,
  ].join('')
}
