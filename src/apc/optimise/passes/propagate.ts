/** Columns that are constant, a multiple of one other column and a constant, or defined go. */
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'

/**
 * Invariant: the columns that went are the polynomials that took their place, so satisfying rows are the same ones,
 * and no degree grows.
 */
export function propagate(draft: Draft): void {
  for (const { constraint: index, column } of draft.definitions.splice(0)) {
    const of = draft.constraints[index] && draft.polynomials.solved(draft.constraints[index], column)
    if (of === undefined || of.degree > 1) continue
    draft.setConstraint(index, undefined)
    draft.substitute(new Map([[column, of]]))
  }
  for (const index of draft.changed) {
    draft.changed.delete(index)
    const constraint = draft.constraints[index]
    if (constraint === undefined || constraint.degree !== 1 || constraint.atoms.length > 2) continue
    const column = eliminable(constraint)
    const of = draft.polynomials.solved(constraint, column)!
    draft.setConstraint(index, undefined)
    draft.substitute(new Map([[column, of]]))
  }
}

/** The newer one of the columns. */
const eliminable = ({ columns }: Polynomial): number => columns.at(-1)!
