/** Columns that are constant, a multiple of one other column and a constant, or defined go. */
import { P, inverse, multiply } from '../../../air/field.ts'
import type { Draft } from '../draft.ts'
import { signed, type Polynomial } from '../polynomials.ts'
import { rangesOf, type Ranges } from '../ranges.ts'
import { splitEquation } from '../split.ts'

/**
 * Invariant: the columns that went are the polynomials that took their place, so satisfying rows are the same ones,
 * and no degree grows. An equation that both columns are told by is split before one of them goes.
 */
export function propagate(draft: Draft): void {
  for (const { constraint: index, column } of draft.definitions.splice(0)) {
    const of = draft.constraints[index] && draft.polynomials.solved(draft.constraints[index], column)
    if (of === undefined || of.degree > 1) continue
    draft.setConstraint(index, undefined)
    draft.substitute(new Map([[column, of]]))
  }
  // Behind all that is constant, which may say more of the columns.
  for (let waiting = settleEven(draft); waiting.length > 0; waiting = settleEven(draft)) {
    const ranges = rangesOf(draft)
    for (const index of waiting) settleUneven(draft, index, ranges)
  }
}

/** @returns constraints that are left, each of two columns that both may be told */
function settleEven(draft: Draft): readonly number[] {
  const waiting = new Set<number>()
  for (const index of draft.changed) {
    draft.changed.delete(index)
    const constraint = draft.constraints[index]
    if (constraint === undefined || constraint.degree !== 1 || constraint.atoms.length > 2) continue
    if (isUneven(constraint)) waiting.add(index)
    else eliminate(draft, index, constraint)
  }
  return [...waiting]
}

function settleUneven(draft: Draft, index: number, ranges: Ranges): void {
  const constraint = draft.constraints[index]
  // Others that went may have changed it: then it comes again.
  if (constraint === undefined || draft.changed.has(index) || !isUneven(constraint)) return
  const parts = splitEquation(draft.polynomials, constraint, ranges)
  if (parts === undefined) return eliminate(draft, index, constraint)
  draft.setConstraint(index, undefined)
  for (const part of parts) draft.addConstraint(part)
}

function eliminate(draft: Draft, index: number, constraint: Polynomial): void {
  const column = eliminable(constraint)
  const of = draft.polynomials.solved(constraint, column)!
  draft.setConstraint(index, undefined)
  draft.substitute(new Map([[column, of]]))
}

/** Two columns that are no multiples of one another by 1 or −1 may both be told by what they can be. */
const isUneven = ({ atoms, coefficients: [a, b] }: Polynomial): boolean => atoms.length === 2 && a !== b && a !== P - b!

/** The newer one of the columns; the other one where that is a small multiple of the newer, and not the other way. */
function eliminable({ columns, atoms, coefficients }: Polynomial): number {
  const newer = columns.at(-1)!
  if (columns.length < 2) return newer
  const [own, other] = [newer, columns[0]!].map(column => coefficients[atoms.findIndex(({ id }) => id === column)]!)
  const isSmall = (value: number): boolean => Math.abs(signed(value)) <= MOST_MULTIPLE
  return isSmall(multiply(own!, inverse(other!))) && !isSmall(multiply(other!, inverse(own!))) ? columns[0]! : newer
}

const MOST_MULTIPLE = 2 ** 16
