/** Does a goal hold as it is? By identity, by bounds, or by trying all values. */
import { P, inverse, multiply } from '../../air/field.ts'
import { CHECKED_SPACES } from '../../air/system-buses.ts'
import { tableFacts } from '../table.ts'
import { columnsOfGoal, sumsOfSent, type Goal } from './goals.ts'
import type { Premises } from './premises.ts'
import type { Sent } from './sent.ts'
import {
  ONE_SUM,
  columnSum,
  difference,
  isConstant,
  isZero,
  keyOfSum,
  knownValue,
  productOf,
  scaledSum,
  sumValue,
  type Sum,
} from './sums.ts'
import { judged } from './verdict.ts'

/** Multiples of constraints that are taken off. */
const MOST_STEPS = 200
/** Terms that one of them may add. */
const MOST_MORE = 4

/** For all values of all columns in it. */
export function holds(premises: Premises, goal: Exclude<Goal, { readonly kind: 'effect' }>): boolean {
  if (goal.kind === 'zero') return isReducible(premises, goal.of)
  const { sent } = goal
  if (isZero(sent.count)) return true
  if (goal.kind === 'received') return isSendable(premises, sent)
  return isKnown(premises, sent) || isInTable(premises, sent)
}

/** Is it 0 because of constraints that are 0? Takes off multiples of these as long as that makes it smaller. */
function isReducible(premises: Premises, of: Sum): boolean {
  let rest = of
  if (isZero(rest)) return true
  const leading = premises.products.map(product => {
    const whole = product.reduce(productOf)
    const [first] = [...whole.terms.values()].toSorted((a, b) => b.product.length - a.product.length)
    return { whole, first: first! }
  })
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    let next: Sum | undefined
    for (const { whole, first } of leading) {
      for (const term of rest.terms.values()) {
        const quotient = quotientOf(term.product, first.product)
        if (quotient === undefined) continue
        const factor = quotient.map(columnSum).reduce(productOf, ONE_SUM)
        const times = multiply(term.times, inverse(first.times))
        const less = difference(rest, scaledSum(productOf(factor, whole), times))
        if (less.terms.size >= rest.terms.size + MOST_MORE) continue
        next = less
        break
      }
      if (next !== undefined) break
    }
    if (next === undefined) return false
    rest = next
    if (isZero(rest)) return true
  }
  return false
}

function quotientOf(of: readonly number[], by: readonly number[]): readonly number[] | undefined {
  const rest = [...of]
  for (const column of by) {
    const at = rest.indexOf(column)
    if (at < 0) return undefined
    rest.splice(at, 1)
  }
  return rest
}

/** Is one like it sent by the optimised system? */
function isKnown({ messages }: Premises, { bus, fields }: Sent): boolean {
  const keys = fields.map(keyOfSum)
  const isSame = (other: Sent): boolean =>
    other.bus.id === bus.id &&
    isConstant(other.count) &&
    !isZero(other.count) &&
    other.fields.every((each, at) => keyOfSum(each) === keys[at])
  return messages.some(isSame)
}

function isWithin(premises: Premises, of: Sum, bound: number): boolean {
  const found = premises.interval(of)
  return found !== undefined && (found.least > found.most || (found.least >= 0 && found.most < bound))
}

function isInTable(premises: Premises, { bus, fields }: Sent): boolean {
  const { bounds, equations, complete, impossible } = tableFacts(bus, fields.map(knownValue))
  if (!complete || impossible || equations.length > 0) return false
  return [...bounds].every(([field, bound]) => isWithin(premises, fields[field]!, bound))
}

/** Nothing is asked of messages that are not received; of an unknown count it is not known. */
function isSendable(premises: Premises, sent: Sent): boolean {
  const { bus, count, fields } = sent
  const { role } = bus
  if (role.kind !== 'memory') return true
  const times = knownValue(count)
  if (times === undefined) return false
  if (times !== P - 1) return true
  const values = role.address.map(field => knownValue(fields[field]!))
  if (values[0] === undefined) return false
  const mayBeZeroRegister = values.every((value, at) => value === undefined || value === role.zero[at])
  if (mayBeZeroRegister && !role.content.every(field => isReducible(premises, fields[field]!))) return false
  if (!CHECKED_SPACES.includes(values[0])) return true
  return role.content.every(
    field => isReceived(premises, fields[field]!) || isWithin(premises, fields[field]!, 2 ** role.cellBits),
  )
}

function isReceived({ messages }: Premises, of: Sum): boolean {
  const key = keyOfSum(of)
  return messages.some(
    ({ bus: { role }, count, fields }) =>
      role.kind === 'memory' &&
      knownValue(count) === P - 1 &&
      CHECKED_SPACES.includes(knownValue(fields[role.address[0]!]!) ?? -1) &&
      role.content.some(field => keyOfSum(fields[field]!) === key),
  )
}

/** Tries all values that its columns may have. */
export function holdsInAll(premises: Premises, goal: Goal, most: number): boolean {
  if (goal.kind === 'effect' || goal.kind === 'received') return false
  const columns = [...columnsOfGoal(goal)]
  const intervals = columns.map(each => premises.columnInterval(each))
  let rows = 1
  for (const each of intervals) {
    if (each === undefined) return false
    rows *= Math.max(0, each.most - each.least + 1)
  }
  if (rows > most) return false
  const isWhole = ({ columns: own }: Sum): boolean => [...own].every(each => columns.includes(each))
  const products = premises.products.filter(each => each.every(isWhole))
  const lookups = premises.messages.filter(
    each => each.bus.role.kind === 'table' && sumsOfSent(each).every(isWhole) && !isZero(each.count),
  )
  const row = new Map<number, number>()
  const isOutside = ({ bus, count, fields }: Sent): boolean =>
    judged(
      bus,
      sumValue(count, row),
      fields.map(each => sumValue(each, row)),
    ).isOutside
  const tried = (at: number): boolean => {
    if (at < columns.length) {
      const { least, most } = intervals[at]!
      for (let value = least; value <= most; value++) {
        row.set(columns[at]!, value < 0 ? value + P : value)
        if (!tried(at + 1)) return false
      }
      return true
    }
    const holdsHere = goal.kind === 'zero' ? sumValue(goal.of, row) === 0 : !isOutside(goal.sent)
    if (holdsHere) return true
    return products.some(each => each.every(factor => sumValue(factor, row) !== 0)) || lookups.some(isOutside)
  }
  return tried(0)
}
