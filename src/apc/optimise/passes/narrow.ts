/** Factors that cannot be 0 go, and equations whose parts cannot make up for each other become several. */
import type { Draft } from '../draft.ts'
import { inverse } from '../../../air/field.ts'
import { tableFacts } from '../../table.ts'
import { knownFields, type Ranges, rangesOf } from '../ranges.ts'
import { splitEquation } from '../split.ts'
import type { Polynomial } from '../polynomials.ts'

/**
 * Invariant: what comes in the place of a constraint follows from that and the other items, and that from it. What is
 * added follows from constraints and messages that stay.
 */
export function narrow(draft: Draft): void {
  const ranges = rangesOf(draft)
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
  narrowChoices(draft, ranges)
  narrowFields(draft, ranges)
}

/** (a − v)·(a − w) = 0: a is v, or w − v more than that. */
function narrowChoices(draft: Draft, ranges: Ranges): void {
  const { polynomials } = draft
  for (const constraint of draft.constraints) {
    if (constraint === undefined || constraint.degree !== 2) continue
    const [first, second, ...others] = polynomials.factorsOf(constraint)
    if (first === undefined || second === undefined || others.length > 0) continue
    const step = polynomials.minus(first, second)
    if (step.atoms.length > 0 || step.constant === 0) continue
    const of = polynomials.scaled(first, inverse(step.constant))
    addParts(draft, splitEquation(polynomials, first, ranges, { of, arc: BIT, times: step.constant }))
  }
}

const BIT = { from: 0, width: 1 }

/** A field that is a sum, and that its table bounds. */
function narrowFields(draft: Draft, ranges: Ranges): void {
  for (const message of draft.messages) {
    if (message === undefined) continue
    const bus = draft.buses[message.bus]!
    const { fields, count } = message
    if (bus.role.kind !== 'table' || count.atoms.length > 0) continue
    for (const [field, below] of tableFacts(bus, knownFields(fields)).bounds) {
      const of = fields[field]!
      // Of a column alone nothing follows.
      if (of.degree !== 1 || (of.atoms.length === 1 && of.constant === 0)) continue
      const slack = { of, arc: { from: 0, width: below - 1 }, times: 1 }
      addParts(draft, splitEquation(draft.polynomials, of, ranges, slack))
    }
  }
}

/** Equations that hold already, unless they are there. */
function addParts(draft: Draft, parts: readonly Polynomial[] | undefined): void {
  for (const part of parts ?? []) {
    const [column] = part.columns
    if (column === undefined) continue
    const isThere = [...draft.constraintsOf(column)].some(index => draft.constraints[index] === part)
    if (!isThere) draft.addConstraint(part)
  }
}

function narrowedOf(draft: Draft, constraint: Polynomial, ranges: Ranges): Polynomial {
  const factors = draft.polynomials.factorsOf(constraint)
  const left = [...new Set(factors)].filter(each => ranges.mayBeZero(each))
  // Where none may be 0 the block cannot be executed: the constraint says so.
  if (left.length === factors.length || left.length === 0) return constraint
  return draft.polynomials.product(left)
}
