/** Where two accesses begin in their blocks, if one address is so much more than the other one. */
import { groupOf } from './cases.ts'
import type { Draft } from './draft.ts'
import { valueOf, type Polynomial } from './polynomials.ts'
import type { Ranges } from './ranges.ts'
import { ONE, Span } from './span.ts'

export interface Shifts {
  /** Both from 0 to below the block's size. */
  readonly kept: Polynomial
  readonly other: Polynomial
  readonly distance: number
  readonly block: number
}

/**
 * Adds equations that follow from other ≡ kept + distance, modulo the block's size.
 *
 * @returns whether these say as much
 */
export function relateShifts(draft: Draft, { kept, other, distance, block }: Shifts, ranges: Ranges): boolean {
  const { polynomials } = draft
  const steps = ((distance % block) + block) % block
  if (kept.atoms.length === 0) {
    draft.addConstraint(polynomials.plusConstant(other, -((kept.constant + steps) % block)))
    return true
  }
  if (steps === 0) draft.addConstraint(polynomials.minus(other, kept))
  return relateCases(draft, { kept, other, distance: steps, block }, ranges) || steps === 0
}

/** Columns of the one shift as sums of multiples of those of the other. */
function relateCases(draft: Draft, { kept, other, distance, block }: Shifts, ranges: Ranges): boolean {
  const [a, b] = [kept, other].map(({ columns }) => groupOf(draft, columns, ranges, new Set()))
  if (a === undefined || b === undefined || a.columns.some(column => b.columns.includes(column))) return false
  const pairs = a.cases
    .flatMap(x => b.cases.map(y => [x, y] as const))
    .filter(([x, y]) => {
      const from = valueOf(kept, column => x[a.columns.indexOf(column)]!)
      const to = valueOf(other, column => y[b.columns.indexOf(column)]!)
      return (from + distance) % block === to
    })
  const span = new Span(pairs.length)
  for (const [at, column] of a.columns.entries())
    span.add(
      column,
      pairs.map(([x]) => x[at]!),
    )
  const { polynomials } = draft
  const fits = b.columns.map((_, at) => span.fit(pairs.map(([, y]) => y[at]!)))
  for (const [at, fit] of fits.entries()) {
    if (fit === undefined) continue
    const sum = polynomials.sum(
      [...fit].map(([name, times]) => [name === ONE ? polynomials.one : polynomials.column(name), times]),
    )
    draft.define(b.columns[at]!, sum)
  }
  return fits.every(fit => fit !== undefined)
}
