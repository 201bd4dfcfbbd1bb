/** Factors that cannot be 0 go, and equations whose parts cannot make up for each other become several. */
import type { Draft } from '../draft.ts'
import { Ranges } from '../ranges.ts'
import { splitEquation } from '../split.ts'
import type { Polynomial } from '../polynomials.ts'

/** Invariant: what comes in the place of a constraint follows from that and the other items, and that from it. */
export function narrow(draft: Draft): void {
  const ranges = new Ranges(draft)
  for (let index = 0; index < draft.constraints.length; index++) {
    const constraint = draft.constraints[index]
    if (constraint === undefined) continue
    const narrowed = narrowedOf(draft, constraint, ranges)
    if (narrowed !== constraint) draft.setConstraint(index, narrowed)
    const parts = splitEquation(draft.polynomials, narrowed, ranges)
    if (parts === undefined) continue
    draft.setConstraint(index, undefined)
    for (const part of parts) draft.addConstraint(part)
  }
}

function narrowedOf(draft: Draft, constraint: Polynomial, ranges: Ranges): Polynomial {
  const factors = draft.polynomials.factorsOf(constraint)
  const left = [...new Set(factors)].filter(each => ranges.mayBeZero(each))
  // Where none may be 0 the block cannot be executed: the constraint says so.
  if (left.length === factors.length || left.length === 0) return constraint
  return draft.polynomials.product(left)
}
