/** What has to hold for a row of a block's own system to exist. */
import type { Sent } from './sent.ts'
import { isZero, keyOfSum, plusTimes, replaced, type Replaced, type Sum } from './sums.ts'

export type Goal =
  | { readonly name: string; readonly kind: 'zero'; readonly of: Sum }
  /** It is not sent, or it is in its table. */
  | { readonly name: string; readonly kind: 'lookup'; readonly sent: Sent }
  /** Where it is received, others can have sent it. */
  | { readonly name: string; readonly kind: 'received'; readonly sent: Sent }
  /** All cancel. */
  | { readonly name: string; readonly kind: 'effect'; readonly sent: readonly Sent[] }

export const sumsOfSent = ({ count, fields }: Sent): readonly Sum[] => [count, ...fields]

const sumsOf = (goal: Goal): readonly Sum[] => {
  if (goal.kind === 'zero') return [goal.of]
  return goal.kind === 'effect' ? goal.sent.flatMap(sumsOfSent) : sumsOfSent(goal.sent)
}

export const columnsOfGoal = (goal: Goal): ReadonlySet<number> =>
  new Set(sumsOf(goal).flatMap(({ columns }) => [...columns]))

const sentWhere = ({ bus, count, fields }: Sent, values: Replaced): Sent => ({
  bus,
  count: replaced(count, values),
  fields: fields.map(each => replaced(each, values)),
})

/** The same where columns are what others say. */
export function goalWhere(goal: Goal, values: Replaced): Goal {
  if (goal.kind === 'zero') return { ...goal, of: replaced(goal.of, values) }
  if (goal.kind === 'effect') return { ...goal, sent: goal.sent.map(each => sentWhere(each, values)) }
  return { ...goal, sent: sentWhere(goal.sent, values) }
}

/** What does not cancel. */
export function uncancelled(sent: readonly Sent[]): readonly Sent[] {
  const found = new Map<string, Sent>()
  for (const each of sent) {
    const key = [each.bus.id, ...each.fields.map(keyOfSum)].join('|')
    const before = found.get(key)
    const count = before === undefined ? each.count : plusTimes(before.count, each.count, 1)
    if (isZero(count)) found.delete(key)
    else found.set(key, { ...each, count })
  }
  return [...found.values()]
}
