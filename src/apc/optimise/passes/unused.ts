/** What has nothing to do with the messages that have an effect goes. */
import { isStateful } from '../../../air/system-buses.ts'
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'

/**
 * Invariant: whatever the columns that are left hold, the columns that go can be given values that satisfy the items
 * that go: their items are satisfied by honest rows, and share no column with the rest; or the column has a
 * coefficient that is a number, and is nowhere else.
 */
export function unused(draft: Draft): void {
  for (let before = -1; before !== draft.changes;) {
    before = draft.changes
    free(draft)
  }
  disconnected(draft)
}

/** Columns that are in one constraint alone, from which a division gets them. */
function free(draft: Draft): void {
  const { polynomials } = draft
  for (const [index, constraint] of draft.constraints.entries()) {
    if (constraint === undefined) continue
    const column = constraint.columns.find(
      each =>
        draft.constraintsOf(each).size === 1 &&
        draft.messagesOf(each).size === 0 &&
        polynomials.solved(constraint, each) !== undefined,
    )
    if (column === undefined) continue
    draft.eliminated.push({ column, of: polynomials.solved(constraint, column)! })
    draft.setConstraint(index, undefined)
  }
  freeLookups(draft)
}

/** A lookup that only bounds its fields, of which one is a column that is nowhere else, and all others are bounded. */
function freeLookups(draft: Draft): void {
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'table') continue
    const open = message.fields.filter(({ atoms }) => atoms.length > 0)
    const [field] = open
    if (message.count.atoms.length > 0 || field === undefined || open.some(each => each !== field)) continue
    const isFree = (column: number): boolean =>
      draft.constraintsOf(column).size === 0 &&
      draft.messagesOf(column).size === 1 &&
      draft.polynomials.solved(field, column) !== undefined
    const column = field.columns.find(isFree)
    if (column === undefined) continue
    draft.eliminated.push({ column, of: draft.polynomials.solved(field, column)! })
    draft.setMessage(index, undefined)
  }
}

/** Items that no chain of shared columns leads to from an effect. */
function disconnected(draft: Draft): void {
  const reached = new Set<number>()
  const waiting: number[] = []
  const reach = (of: Polynomial): void => {
    for (const column of of.columns) {
      if (reached.has(column)) continue
      reached.add(column)
      waiting.push(column)
    }
  }
  for (const message of draft.messages)
    if (message !== undefined && (isStateful(draft.buses[message.bus]!) || !isTable(draft, message.bus)))
      for (const each of [message.count, ...message.fields]) reach(each)
  const visited = { constraints: new Set<number>(), messages: new Set<number>() }
  for (let column = waiting.pop(); column !== undefined; column = waiting.pop()) {
    for (const index of draft.constraintsOf(column)) {
      if (visited.constraints.has(index)) continue
      visited.constraints.add(index)
      reach(draft.constraints[index]!)
    }
    for (const index of draft.messagesOf(column)) {
      if (visited.messages.has(index)) continue
      visited.messages.add(index)
      for (const each of [draft.messages[index]!.count, ...draft.messages[index]!.fields]) reach(each)
    }
  }
  const isApart = (of: Polynomial): boolean => of.atoms.length > 0 && of.columns.every(column => !reached.has(column))
  for (const [index, constraint] of draft.constraints.entries())
    if (constraint !== undefined && isApart(constraint)) draft.setConstraint(index, undefined)
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || !isTable(draft, message.bus)) continue
    const open = [message.count, ...message.fields].filter(({ atoms }) => atoms.length > 0)
    if (open.length > 0 && open.every(isApart)) draft.setMessage(index, undefined)
  }
}

const isTable = (draft: Draft, bus: number): boolean => draft.buses[bus]!.role.kind === 'table'
