/** Groups of columns that have few values together: all of these, one by one. */
import { tableFacts } from '../table.ts'
import type { Draft } from './draft.ts'
import { valueOf, type Polynomial } from './polynomials.ts'
import type { Ranges } from './ranges.ts'

/** Values of a column that are tried. */
const MOST_VALUES = 5
/** Steps of one search. */
const MOST_STEPS = 4000
/** Cases of a group that is of use. */
const MOST_CASES = 40
const MOST_COLUMNS = 24

export interface Group {
  readonly columns: readonly number[]
  /** Values of the columns, in their order: all combinations that constraints and messages allow. */
  readonly cases: Cases
  /** Constraints over no other columns. */
  readonly constraints: readonly number[]
  /** What it was made of, to be known again. */
  readonly key: string
}

/** A condition of columns of the group, and the last of them. */
interface Condition {
  readonly last: number
  readonly holds: (value: (column: number) => number) => boolean
}

/** The group of these columns; undefined where there are too many cases, or it is in `seen`, which it goes into. */
export function groupOf(draft: Draft, start: readonly number[], ranges: Ranges, seen: Set<string>): Group | undefined {
  const isSmall = (column: number): boolean => ranges.valuesOf(column, MOST_VALUES) !== undefined
  if (start.length === 0 || start.length > MOST_COLUMNS || !start.every(isSmall)) return undefined
  const columns = extended(draft, start).filter(isSmall)
  const domains = columns.map(column => ranges.valuesOf(column, MOST_VALUES)!)
  const values = `${columns.join()};${domains.join(';')}`
  const unchanged = `${values};since ${draft.changedAt(columns)}`
  if (seen.has(unchanged)) return undefined
  seen.add(unchanged)
  const { conditions, constraints, parts } = conditionsOn(draft, columns)
  const key = `${values};${parts.join()}`
  if (seen.has(key)) return undefined
  seen.add(key)
  const cases = searched(draft, key, () => search(columns, domains, conditions))
  return cases && { columns, cases, constraints, key }
}

type Cases = readonly (readonly number[])[]

const found = new WeakMap<Draft, Map<string, Cases | undefined>>()

/** What was found for the same columns, values and conditions before. */
function searched(draft: Draft, key: string, search: () => Cases | undefined): Cases | undefined {
  let known = found.get(draft)
  if (known === undefined) found.set(draft, (known = new Map()))
  if (!known.has(key)) known.set(key, search())
  return known.get(key)
}

/** All values of a polynomial over columns that have few values together; undefined where it is over others. */
export function valuesInCases(draft: Draft, of: Polynomial, ranges: Ranges): readonly number[] | undefined {
  if (of.columns.length === 0) return [of.constant]
  const group = groupOf(draft, of.columns, ranges, new Set())
  return group?.cases.map(values => valueOf(of, column => values[group.columns.indexOf(column)]!))
}

function conditionsOn(draft: Draft, columns: readonly number[]) {
  const position = new Map(columns.map((column, index) => [column, index]))
  const isInside = (of: readonly number[]): boolean => of.every(column => position.has(column))
  const last = (of: readonly number[]): number => of.reduce((most, column) => Math.max(most, position.get(column)!), 0)
  const conditions: Condition[] = []
  const parts: number[] = []
  const constraints = itemsOf(columns, column => draft.constraintsOf(column)).filter(index =>
    isInside(draft.constraints[index]!.columns),
  )
  for (const index of constraints) {
    const of = draft.constraints[index]!
    parts.push(of.id)
    conditions.push({ last: last(of.columns), holds: value => valueOf(of, value) === 0 })
  }
  for (const index of itemsOf(columns, column => draft.messagesOf(column))) {
    const { bus, count, fields } = draft.messages[index]!
    const used = fields.flatMap(each => each.columns)
    const isTold = draft.buses[bus]!.role.kind === 'table' && count.atoms.length === 0 && count.constant !== 0
    if (!isTold || used.length === 0 || !isInside(used)) continue
    for (const { id } of fields) parts.push(id)
    parts.push(-1 - bus)
    const holds = (value: (column: number) => number): boolean =>
      !tableFacts(
        draft.buses[bus]!,
        fields.map(each => valueOf(each, value)),
      ).impossible
    conditions.push({ last: last(used), holds })
  }
  return { conditions, constraints, parts }
}

function itemsOf(columns: readonly number[], of: (column: number) => ReadonlySet<number>): readonly number[] {
  const items = new Set<number>()
  for (const column of columns) for (const item of of(column)) items.add(item)
  return [...items].toSorted((a, b) => a - b)
}

function search(
  columns: readonly number[],
  domains: readonly (readonly number[])[],
  conditions: readonly Condition[],
): Cases | undefined {
  const byLast = columns.map((_, index) => conditions.filter(({ last }) => last === index))
  const position = new Map(columns.map((column, at) => [column, at]))
  const values = columns.map(() => 0)
  const valueAt = (column: number): number => values[position.get(column)!]!
  const cases: number[][] = []
  let steps = 0
  const descend = (depth: number): boolean => {
    if (depth === columns.length) return cases.push([...values]) <= MOST_CASES
    for (const value of domains[depth]!) {
      if (++steps > MOST_STEPS) return false
      values[depth] = value
      if (byLast[depth]!.every(({ holds }) => holds(valueAt)) && !descend(depth + 1)) return false
    }
    return true
  }
  return descend(0) ? cases : undefined
}

interface Extension {
  readonly changes: number
  readonly columns: readonly number[]
}

const extensions = new WeakMap<Draft, Map<string, Extension>>()

/** With columns that are the only other ones of a constraint: it may be what rules most cases out. */
function extended(draft: Draft, columns: readonly number[]): readonly number[] {
  let known = extensions.get(draft)
  if (known === undefined) extensions.set(draft, (known = new Map()))
  const [name, changes] = [columns.join(), draft.changedAt(columns)]
  const before = known.get(name)
  if (before?.changes === changes) return before.columns
  const all = new Set(columns)
  for (const index of itemsOf(columns, column => draft.constraintsOf(column))) {
    const constraint = draft.constraints[index]!.columns
    const others = constraint.length > 2 ? constraint.filter(column => !all.has(column)) : []
    if (others.length === 1) all.add(others[0]!)
  }
  const found = [...all].toSorted((a, b) => a - b)
  known.set(name, { changes, columns: found })
  return found
}

/** Sets of columns that are worth a search: those of a constraint, or of a lookup. */
export function* candidates(draft: Draft): Generator<readonly number[]> {
  for (const constraint of draft.constraints) if (constraint !== undefined) yield constraint.columns
  for (const message of draft.messages) {
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'table') continue
    yield columnsIn(message.fields)
  }
}

export const columnsIn = (of: readonly Polynomial[]): readonly number[] =>
  [...new Set(of.flatMap(({ columns }) => columns))].toSorted((a, b) => a - b)
