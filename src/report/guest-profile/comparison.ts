/** A profile beside an earlier one: what became dearer, by function, line or step, and whether it is too much. */
import type { GuestProfile } from '../../guest-profile/guest-profile.ts'
import type { Unit } from '../../guest-profile/views/amount.ts'
import { functionCosts } from '../../guest-profile/views/functions.ts'
import { lineCosts } from '../../guest-profile/views/lines.ts'
import { stepCosts, stepName } from '../../guest-profile/views/steps.ts'
import { changeJson, changeRow, changesByName, exceeds, verdictText, type Change } from '../form/change.ts'
import { shortened, table } from '../form/table.ts'
import { functionName, placeName } from './names.ts'
import type { Breakdown } from './view.ts'

/** What entries of two profiles are told apart by. Addresses and contexts of two builds are not the same ones. */
export type Compared = 'function' | 'line' | 'step'

export interface ProfileComparison {
  /** The base's file. */
  readonly base: string
  /** The base is of another build of the guest, or of another guest. */
  readonly isOtherGuest: boolean
  readonly unit: Unit
  readonly cells: Change
  readonly instructions: Change
  readonly by: Compared
  /** Of each entry itself, without what it called, so that they add up to the change of all; the greatest first. */
  readonly changes: readonly (Change & { readonly name: string })[]
  /** Percent. */
  readonly threshold: number | undefined
  /** Did the whole run grow by more than the threshold, in the unit? */
  readonly isExceeded: boolean
}

export const comparedBy = (by: Breakdown): Compared => (by === 'line' || by === 'step' ? by : 'function')

const costsBy: Readonly<Record<Compared, (profile: GuestProfile, unit: Unit) => (readonly [string, number])[]>> = {
  function: (profile, unit) =>
    functionCosts(profile).map(({ function: index, self }) => [functionName(profile, index), self[unit]]),
  line: (profile, unit) => lineCosts(profile).map(cost => [placeName(profile, cost), cost.self[unit]]),
  step: (profile, unit) => stepCosts(profile).map(({ step, self }) => [stepName(profile.steps[step]!), self[unit]]),
}

/** Entries of one name count together. */
function byName(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [name, cost] of entries) sums.set(name, (sums.get(name) ?? 0) + cost)
  return sums
}

export interface ComparisonRequest {
  /** What the base is called. */
  readonly name: string
  readonly by: Breakdown
  readonly unit: Unit
  readonly threshold?: number | undefined
}

export function compareProfiles(
  base: GuestProfile,
  now: GuestProfile,
  { name, by: shown, unit, threshold }: ComparisonRequest,
): ProfileComparison {
  const by = comparedBy(shown)
  const change = (key: Unit): Change => ({ base: BigInt(base.totals[key]), now: BigInt(now.totals[key]) })
  const costs = (profile: GuestProfile): Map<string, number> => byName(costsBy[by](profile, unit))
  return {
    base: name,
    isOtherGuest: base.guest.digest !== now.guest.digest,
    unit,
    cells: change('cells'),
    instructions: change('instructions'),
    by,
    changes: changesByName(costs(base), costs(now)),
    threshold,
    isExceeded: threshold !== undefined && exceeds(change(unit), threshold),
  }
}

/** What makes a comparison doubtful. */
export function* doubts(name: string, base: GuestProfile, now: GuestProfile): Generator<string> {
  if (base.guest.xlen !== now.guest.xlen)
    yield `${name} is of an RV${base.guest.xlen} guest, and this one is for RV${now.guest.xlen}`
  else if (base.machine.digest !== now.machine.digest)
    yield `${name} was counted on another machine, whose chips may have other widths`
  if (base.outcome !== 'terminated')
    yield `the guest did not come to its end when ${name} was made: it was ${base.outcome}`
}

/** The key `comparison` of `rvr profile --json`. */
export function profileComparisonJson(comparison: ProfileComparison) {
  const { base, isOtherGuest, unit, cells, instructions, by, changes, threshold, isExceeded } = comparison
  return {
    base,
    sameGuest: !isOtherGuest,
    unit,
    cells: changeJson(cells),
    instructions: changeJson(instructions),
    by,
    changes: changes.map(change => ({ name: change.name, ...changeJson(change) })),
    threshold,
    exceeded: threshold === undefined ? undefined : isExceeded,
  }
}

/** Totals of both units. */
export const totalRows = ({ cells, instructions }: ProfileComparison): string[][] => [
  ['', 'base', 'now', 'change', ''],
  changeRow('cost', cells),
  changeRow('instructions', instructions),
]

/** The `top` greatest changes; `name` makes a cell of an entry's name. */
export const changeRows = ({ changes }: ProfileComparison, top: number, name: (text: string) => string): string[][] =>
  changes.slice(0, top).map(change => changeRow(name(change.name), change))

/** What the rows do not show; undefined where they show all. */
export function notShown({ changes }: ProfileComparison, top: number): string | undefined {
  return changes.length > top ? `and ${changes.length - top} more with smaller changes` : undefined
}

/** What the threshold says; undefined without one. */
export const verdict = (comparison: ProfileComparison): string | undefined =>
  verdictText(comparison.unit === 'cells' ? 'the cost' : 'the number of instructions', comparison)

export const baseName = ({ base, isOtherGuest }: Pick<ProfileComparison, 'base' | 'isOtherGuest'>, text = base) =>
  `${text}${isOtherGuest ? ', of another build' : ''}`

/** The comparison as text. */
export function profileComparisonText(comparison: ProfileComparison, top: number): string {
  const { unit, by } = comparison
  const changes = changeRows(comparison, top, name => `  ${shortened(name)}`)
  const omitted = notShown(comparison, top)
  const judgement = verdict(comparison)
  return [
    `compared with ${baseName(comparison)}\n`,
    table(
      [...totalRows(comparison), ...(changes.length === 0 ? [] : [[`${unit} by ${by}`]]), ...changes],
      'lrrrr',
      '  ',
    ),
    omitted === undefined ? '' : `  ${omitted}\n`,
    judgement === undefined ? '' : `${judgement}\n`,
  ].join('')
}
