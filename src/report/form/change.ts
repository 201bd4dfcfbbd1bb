/** A number before and after: the difference, in percent, and whether it is more than a threshold. */
import { jsonInteger } from './json.ts'
import { grouped } from './units.ts'

export interface Change {
  readonly base: bigint
  readonly now: bigint
}

export const magnitude = ({ base, now }: Change): bigint => (now > base ? now - base : base - now)
/** Of a threshold in percent. */
const PARTS = 1_000_000

/** Growth of more than `percent`, exactly. */
export function exceeds({ base, now }: Change, percent: number): boolean {
  return (now - base) * 100n * BigInt(PARTS) > base * BigInt(Math.round(percent * PARTS))
}

/** What differs of entries by name, the greatest change first. */
export function changesByName(
  base: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): (Change & { readonly name: string })[] {
  return [...new Set([...now.keys(), ...base.keys()])]
    .map(name => ({ name, base: BigInt(base.get(name) ?? 0), now: BigInt(now.get(name) ?? 0) }))
    .filter(change => change.base !== change.now)
    .toSorted((a, b) => Number(magnitude(b) - magnitude(a)) || (a.name < b.name ? -1 : 1))
}

/** Percent of the base; undefined where that is 0. */
const percentOf = ({ base, now }: Change): number | undefined =>
  base === 0n ? undefined : Math.round((Number(now - base) / Number(base)) * 1e8) / 1e6

/** A change in the JSON of commands. */
export function changeJson(change: Change) {
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

function signed(text: string, { base, now }: Change): string {
  if (now === base) return text
  return `${now > base ? '+' : '−'}${text}`
}

/** `+1.20%`, `same`, `new`, `gone` */
export function percentCell(change: Change): string {
  const percent = percentOf(change)
  if (change.base === change.now) return 'same'
  if (percent === undefined) return 'new'
  if (change.now === 0n) return 'gone'
  const size = Math.abs(percent)
  return signed(`${size < 0.01 ? '<0.01' : size.toFixed(2)}%`, change)
}

/** A change as a row of a table: name, base, now, difference, percent. */
export const changeRow = (name: string, change: Change, text: (value: bigint) => string = grouped): string[] => [
  name,
  text(change.base),
  text(change.now),
  signed(text(magnitude(change)), change),
  percentCell(change),
]

/** What a threshold says of `what`; undefined without one. */
export function verdictText(
  what: string,
  { threshold, isExceeded }: { readonly threshold?: number | undefined; readonly isExceeded: boolean },
): string | undefined {
  if (threshold === undefined) return undefined
  return isExceeded ? `too dear: ${what} grew by more than ${threshold}%` : `within the threshold of ${threshold}%`
}
