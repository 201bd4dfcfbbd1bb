/** Columns that a constraint defines go, as far as degrees allow. */
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'

/** Degrees that a proof allows. */
export interface DegreeBounds {
  readonly constraints: number
  readonly fields: number
}

/** A polynomial with more atoms is no simplification, wherever it goes. */
const MOST_ATOMS = 200

/** Invariant: as for equations that are propagated; and no degree is above its bound, unless it was. */
export function inline(draft: Draft, bounds: DegreeBounds): void {
  for (let before = -1; before !== draft.changes;) {
    before = draft.changes
    for (let index = draft.constraints.length - 1; index >= 0; index--) inlineBy(draft, index, bounds)
  }
}

function inlineBy(draft: Draft, index: number, bounds: DegreeBounds): void {
  const constraint = draft.constraints[index]
  if (constraint === undefined || constraint.atoms.length > MOST_ATOMS) return
  for (const column of constraint.columns.toReversed()) {
    const of = draft.polynomials.solved(constraint, column)
    if (of === undefined || !fits(draft, { index, column, of, bounds })) continue
    draft.setConstraint(index, undefined)
    draft.substitute(new Map([[column, of]]))
    return
  }
}

interface Inlining {
  /** The constraint that goes. */
  readonly index: number
  readonly column: number
  readonly of: Polynomial
  readonly bounds: DegreeBounds
}

function fits(draft: Draft, { index, column, of, bounds }: Inlining): boolean {
  if (of.degree <= 1) return true
  const degree = (a: Polynomial): number => degreeWith(a, column, of.degree)
  for (const other of draft.constraintsOf(column))
    if (other !== index && degree(draft.constraints[other]!) > bounds.constraints) return false
  for (const other of draft.messagesOf(column)) {
    const { count, fields } = draft.messages[other]!
    if (degree(count) > bounds.fields || fields.some(each => degree(each) > bounds.fields)) return false
  }
  return true
}

/** The degree, where the column is of another one. */
function degreeWith(a: Polynomial, column: number, degree: number): number {
  let most = 0
  for (const { id, factors, columns, degree: own } of a.atoms) {
    if (!columns.includes(column)) most = Math.max(most, own)
    else if (factors === undefined) most = Math.max(most, id === column ? degree : 1)
    else
      most = Math.max(
        most,
        factors.reduce((sum, each) => sum + degreeWith(each, column, degree), 0),
      )
  }
  return most
}
