/** Two measurements side by side: what became dearer, what became cheaper, and whether it is too much. */
import { jsonInteger } from '../run/json.ts'
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

export function compare(name: string, base: Measurement, now: Measurement, threshold?: number): Comparison {
  const both = (key: 'segments' | 'peakMemoryBytes'): { [key]?: Change } => {
    const before = base[key]
    const after = now[key]
    return before === undefined || after === undefined ? {} : { [key]: { base: BigInt(before), now: BigInt(after) } }
  }
  const cost = { base: base.cost, now: now.cost }
  return {
    base: name,
    cost,
    instret: { base: base.instret, now: now.instret },
    ...both('segments'),
    ...both('peakMemoryBytes'),
    by: Object.fromEntries(
      breakdowns.flatMap(key => {
        const before = base[key]
        const after = now[key]
        return before === undefined || after === undefined ? [] : [[key, changesOf(before, after)]]
      }),
    ),
    ...(threshold !== undefined && { threshold }),
    isExceeded: threshold !== undefined && exceeds(cost, threshold),
  }
}

/** Percent of the base; undefined where that is 0. */
const percentOf = ({ base, now }: Change): number | undefined =>
  base === 0n ? undefined : Math.round((Number(now - base) / Number(base)) * 1e8) / 1e6

function changeJson(change: Change) {
  const percent = percentOf(change)
  const size = jsonInteger(magnitude(change))
  const difference = change.now >= change.base ? size : typeof size === 'number' ? -size : `-${size}`
  return {
    base: jsonInteger(change.base),
    now: jsonInteger(change.now),
    change: difference,
    ...(percent !== undefined && { percent }),
  }
}

/** The key `comparison` of `rvr cost --json`. */
export function comparisonJson({
  base,
  cost,
  instret,
  segments,
  peakMemoryBytes,
  by,
  threshold,
  isExceeded,
}: Comparison) {
  return {
    base,
    cost: changeJson(cost),
    instret: changeJson(instret),
    ...(segments !== undefined && { segments: changeJson(segments) }),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes: changeJson(peakMemoryBytes) }),
    ...Object.fromEntries(
      Object.entries(by).map(([key, changes]) => [
        key,
        Object.fromEntries(changes.map(change => [change.name, changeJson(change)])),
      ]),
    ),
    ...(threshold !== undefined && { threshold, exceeded: isExceeded }),
  }
}

const signed = (text: string, { base, now }: Change): string => `${now > base ? '+' : now < base ? '−' : ''}${text}`

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
  shown: Breakdown,
  top: number,
  name = (text: string): string => `  ${shortened(text)}`,
): string[][] {
  const detail = (by[shown] ?? []).slice(0, top).map(change => row(name(change.name), change))
  const size = (value: bigint): string => sizeText(Number(value))
  return [
    ['', 'base', 'now', 'change', ''],
    row('cost', cost),
    row('instructions', instret),
    ...(segments === undefined ? [] : [row('segments', segments)]),
    ...(peakMemoryBytes === undefined ? [] : [row('peak memory', peakMemoryBytes, size)]),
    ...(detail.length === 0 ? [] : [[`cells by ${shown.slice(0, -1)}`, '', '', '', ''], ...detail]),
  ]
}

/** What the rows do not show; undefined where they show all. */
export function notShown({ base, by }: Comparison, shown: Breakdown, top: number): string | undefined {
  const changes = by[shown]
  if (changes === undefined) return `${base} has no ${shown} to compare with`
  return changes.length > top ? `and ${changes.length - top} more with smaller changes` : undefined
}

/** What the threshold says; undefined without one. */
export function verdict({ threshold, isExceeded }: Comparison): string | undefined {
  if (threshold === undefined) return undefined
  return isExceeded ? `too dear: the cost grew by more than ${threshold}%` : `within the threshold of ${threshold}%`
}

/** The comparison as text; of the breakdown `shown` the `top` greatest changes. */
export function comparisonText(comparison: Comparison, shown: Breakdown, top: number): string {
  const omitted = notShown(comparison, shown, top)
  const judgement = verdict(comparison)
  return [
    `compared with ${comparison.base}\n`,
    table(comparisonRows(comparison, shown, top), 'lrrrr', '  '),
    omitted === undefined ? '' : `  ${omitted}\n`,
    judgement === undefined ? '' : `${judgement}\n`,
  ].join('')
}
