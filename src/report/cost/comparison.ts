/** Two measurements side by side: what became dearer, what became cheaper, and whether it is too much. */
import type { CostView } from './cost.ts'
import { jsonInteger } from '../form/json.ts'
import { breakdowns, type Breakdown, type Measurement } from './measurement.ts'
import { shortened, table } from '../form/table.ts'
import { grouped, sizeText } from '../form/units.ts'

export interface Change {
  readonly base: bigint
  readonly now: bigint
}

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

const magnitude = ({ base, now }: Change): bigint => (now > base ? now - base : base - now)
/** Of a threshold in percent. */
const PARTS = 1_000_000

/** Growth of more than `percent`, exactly. */
function exceeds({ base, now }: Change, percent: number): boolean {
  return (now - base) * 100n * BigInt(PARTS) > base * BigInt(Math.round(percent * PARTS))
}

function changesOf(base: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): (Change & { name: string })[] {
  return [...new Set([...now.keys(), ...base.keys()])]
    .map(name => ({ name, base: BigInt(base.get(name) ?? 0), now: BigInt(now.get(name) ?? 0) }))
    .filter(change => change.base !== change.now)
    .toSorted((a, b) => Number(magnitude(b) - magnitude(a)) || (a.name < b.name ? -1 : 1))
}

/** Of what both sides have. */
function changeOf(base: number | undefined, now: number | undefined): Change | undefined {
  return base === undefined || now === undefined ? undefined : { base: BigInt(base), now: BigInt(now) }
}

export function compare(name: string, base: Measurement, now: Measurement, threshold?: number): Comparison {
  const cost = { base: base.cost, now: now.cost }
  const by: Partial<Record<Breakdown, ReturnType<typeof changesOf>>> = {}
  for (const key of breakdowns) {
    const [before, after] = [base[key], now[key]]
    if (before !== undefined && after !== undefined) by[key] = changesOf(before, after)
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

/** Percent of the base; undefined where that is 0. */
const percentOf = ({ base, now }: Change): number | undefined =>
  base === 0n ? undefined : Math.round((Number(now - base) / Number(base)) * 1e8) / 1e6

function changeJson(change: Change) {
  const percent = percentOf(change)
  const size = jsonInteger(magnitude(change))
  const negative = typeof size === 'number' ? -size : `-${size}`
  const difference = change.now >= change.base ? size : negative
  return {
    base: jsonInteger(change.base),
    now: jsonInteger(change.now),
    change: difference,
    percent,
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

function signed(text: string, { base, now }: Change): string {
  if (now === base) return text
  return `${now > base ? '+' : '−'}${text}`
}

function percentCell(change: Change): string {
  const percent = percentOf(change)
  if (change.base === change.now) return 'same'
  if (percent === undefined) return 'new'
  if (change.now === 0n) return 'gone'
  const size = Math.abs(percent)
  return signed(`${size < 0.01 ? '<0.01' : size.toFixed(2)}%`, change)
}

const row = (name: string, change: Change, text: (value: bigint) => string = grouped): string[] => [
  name,
  text(change.base),
  text(change.now),
  signed(text(magnitude(change)), change),
  percentCell(change),
]

/** Totals, then the `top` greatest changes of the breakdown `shown`; `name` makes a cell of an entry's name. */
export function comparisonRows(
  { cost, instret, segments, peakMemoryBytes, by }: Comparison,
  { shown, top }: CostView,
  name = (text: string): string => `  ${shortened(text)}`,
): string[][] {
  const size = (value: bigint): string => sizeText(Number(value))
  const rows = [['', 'base', 'now', 'change', ''], row('cost', cost), row('instructions', instret)]
  if (segments !== undefined) rows.push(row('segments', segments))
  if (peakMemoryBytes !== undefined) rows.push(row('peak memory', peakMemoryBytes, size))
  const detail = (by[shown] ?? []).slice(0, top)
  if (detail.length > 0) rows.push([`cells by ${shown.slice(0, -1)}`, '', '', '', ''])
  for (const change of detail) rows.push(row(name(change.name), change))
  return rows
}

/** What the rows do not show; undefined where they show all. */
export function notShown({ base, by }: Comparison, { shown, top }: CostView): string | undefined {
  const changes = by[shown]
  if (changes === undefined) return `${base} has no ${shown} to compare with`
  return changes.length > top ? `and ${changes.length - top} more with smaller changes` : undefined
}

/** What the threshold says; undefined without one. */
export function verdict({ threshold, isExceeded }: Comparison): string | undefined {
  if (threshold === undefined) return undefined
  return isExceeded ? `too dear: the cost grew by more than ${threshold}%` : `within the threshold of ${threshold}%`
}

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
