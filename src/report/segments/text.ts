/** What metered runs report, as text: chips by cost share, a table of segments, the peak of the memory estimate. */
import {
  meteredFacts,
  overLimitWarning,
  type ChipTotal,
  type MeteredFacts,
  type MeteredRun,
  type SegmentFacts,
} from './facts.ts'
import { line, table } from '../form/table.ts'
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
  const sum = (list: readonly ChipTotal[], key: 'rows' | 'cells'): number =>
    list.reduce((total, chip) => total + chip[key], 0)
  const row = (name: string, list: readonly ChipTotal[], hasShare: boolean): string[] => {
    const cells = sum(list, 'cells')
    const share = hasShare && cost > 0n ? percentText(cells / Number(cost)) : ''
    return [name, grouped(sum(list, 'rows')), grouped(cells), share]
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

function endingText({ reason, overLimit }: SegmentFacts): string {
  const ending = reason === undefined ? 'not ended' : (REASONS[reason] ?? reason)
  return overLimit === true ? `${ending}, over it` : ending
}

const segmentRow = (facts: SegmentFacts, number: number): string[] => [
  String(number),
  grouped(facts.instretStart),
  grouped(facts.instructions),
  percentText(facts.utilisation),
  sizeText(facts.memoryBytes),
  endingText(facts),
]

/** How the columns of `segmentRows` are aligned. */
export const SEGMENT_COLUMNS = 'rrrrrl'

const allSegments = ({ segments, openSegment }: MeteredFacts): readonly SegmentFacts[] =>
  openSegment === undefined ? segments : [...segments, openSegment]
const isLong = (all: readonly SegmentFacts[]): boolean => all.length > FIRST_SEGMENTS + 2

/** A row for each segment; of many the first ones and the last. */
export function segmentRows(facts: MeteredFacts): string[][] {
  const all = allSegments(facts)
  const rows = all.map(segmentRow)
  const shown = isLong(all) ? [...rows.slice(0, FIRST_SEGMENTS), ['…'], rows.at(-1)!] : rows
  return [['segment', 'from', 'instructions', 'used', 'memory', 'ended by'], ...shown]
}

/** What there is to say of many segments together; undefined where the rows show all. */
export function segmentsRemark(facts: MeteredFacts): string | undefined {
  const all = allSegments(facts)
  if (!isLong(all)) return undefined
  const reasons = new Map<string, number>()
  for (const { reason } of all) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const endings = [...reasons].map(([reason, times]) => `${REASONS[reason] ?? reason} ${grouped(times)}`).join(', ')
  const average = all.reduce((sum, { utilisation }) => sum + utilisation, 0) / all.length
  const number = count(all.length, 'segment', 'segments')
  return `${number}, ${percentText(average)} used on average; ended by: ${endings}`
}

/** `12 segments, peak memory 9.31 GiB (estimate)` */
export function segmentsTotal({ segments, openSegment, peakMemoryBytes }: MeteredFacts): string {
  const number = segments.length + (openSegment === undefined ? 0 : 1)
  return `${count(number, 'segment', 'segments')}, peak memory ${sizeText(peakMemoryBytes)} (estimate)`
}

/** The part of `rvr run`'s text about chips and segments; empty in modes that keep none. */
export function meteredText(run: MeteredRun): string {
  const facts = meteredFacts(run)
  if (facts === undefined) return ''
  const remark = segmentsRemark(facts)
  const warning = overLimitWarning(run)
  return [
    chipsText(facts.chips, run.cost ?? 0n),
    table(segmentRows(facts), SEGMENT_COLUMNS, '  '),
    remark === undefined ? '' : `  ${remark}\n`,
    line('peak memory', `${sizeText(facts.peakMemoryBytes)} (estimate for proving the largest segment)`),
    warning === undefined ? '' : line('warning', warning.message),
  ].join('')
}
