/** Two measurements side by side: what became dearer, what became cheaper, and whether it is too much. */
import type { CostView } from './cost.ts'
import { changeJson, changeRow, changesByName, exceeds, verdictText, type Change } from '../form/change.ts'
import { breakdowns, type Breakdown, type Measurement } from './measurement.ts'
import { shortened, table } from '../form/table.ts'
import { sizeText } from '../form/units.ts'

export interface Comparison {
  /** What the base is: a file or a guest. */
  readonly base: string
  readonly cost: Change
  readonly instret: Change
  /** Of what both sides have. */
  readonly segments?: Change
  readonly peakMemoryBytes?: Change
  /** Trace cells by name, the greatest change first; only what changed. */
  readonly by: Readonly<Partial<Record<Breakdown, readonly (Change & { readonly name: string })[]>>>
  /** Percent. */
  readonly threshold?: number
  /** Did the cost grow by more than the threshold? */
  readonly isExceeded: boolean
}

/** Of what both sides have. */
function changeOf(base: number | undefined, now: number | undefined): Change | undefined {
  return base === undefined || now === undefined ? undefined : { base: BigInt(base), now: BigInt(now) }
}

export function compare(name: string, base: Measurement, now: Measurement, threshold?: number): Comparison {
  const cost = { base: base.cost, now: now.cost }
  const by: Partial<Record<Breakdown, ReturnType<typeof changesByName>>> = {}
  for (const key of breakdowns) {
    const [before, after] = [base[key], now[key]]
    if (before !== undefined && after !== undefined) by[key] = changesByName(before, after)
  }
  return {
    base: name,
    cost,
    instret: { base: base.instret, now: now.instret },
    segments: changeOf(base.segments, now.segments),
    peakMemoryBytes: changeOf(base.peakMemoryBytes, now.peakMemoryBytes),
    by,
    threshold,
    isExceeded: threshold !== undefined && exceeds(cost, threshold),
  }
}

const changesJson = (changes: NonNullable<Comparison['by'][Breakdown]>) =>
  Object.fromEntries(changes.map(change => [change.name, changeJson(change)]))

/** The key `comparison` of `rvr cost --json`. */
export function comparisonJson(comparison: Comparison) {
  const { base, cost, instret, segments, peakMemoryBytes, by, threshold, isExceeded } = comparison
  return {
    base,
    cost: changeJson(cost),
    instret: changeJson(instret),
    segments: segments && changeJson(segments),
    peakMemoryBytes: peakMemoryBytes && changeJson(peakMemoryBytes),
    ...Object.fromEntries(Object.entries(by).map(([key, changes]) => [key, changesJson(changes)])),
    threshold,
    exceeded: threshold === undefined ? undefined : isExceeded,
  }
}

/** Totals, then the `top` greatest changes of the breakdown `shown`; `name` makes a cell of an entry's name. */
export function comparisonRows(
  { cost, instret, segments, peakMemoryBytes, by }: Comparison,
  { shown, top }: CostView,
  name = (text: string): string => `  ${shortened(text)}`,
): string[][] {
  const size = (value: bigint): string => sizeText(Number(value))
  const rows = [['', 'base', 'now', 'change', ''], changeRow('cost', cost), changeRow('instructions', instret)]
  if (segments !== undefined) rows.push(changeRow('segments', segments))
  if (peakMemoryBytes !== undefined) rows.push(changeRow('peak memory', peakMemoryBytes, size))
  const detail = (by[shown] ?? []).slice(0, top)
  if (detail.length > 0) rows.push([`cells by ${shown.slice(0, -1)}`, '', '', '', ''])
  for (const change of detail) rows.push(changeRow(name(change.name), change))
  return rows
}

/** What the rows do not show; undefined where they show all. */
export function notShown({ base, by }: Comparison, { shown, top }: CostView): string | undefined {
  const changes = by[shown]
  if (changes === undefined) return `${base} has no ${shown} to compare with`
  return changes.length > top ? `and ${changes.length - top} more with smaller changes` : undefined
}

/** What the threshold says; undefined without one. */
export const verdict = (comparison: Comparison): string | undefined => verdictText('the cost', comparison)

/** The comparison as text; of the breakdown that is shown the greatest changes. */
export function comparisonText(comparison: Comparison, view: CostView): string {
  const omitted = notShown(comparison, view)
  const judgement = verdict(comparison)
  return [
    `compared with ${comparison.base}\n`,
    table(comparisonRows(comparison, view), 'lrrrr', '  '),
    omitted === undefined ? '' : `  ${omitted}\n`,
    judgement === undefined ? '' : `${judgement}\n`,
  ].join('')
}
