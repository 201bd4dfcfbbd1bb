/** Which constraints do not hold on the rows of an AIR. */
import type { Air, Constraint } from '../air.ts'
import { evaluated } from '../flat.ts'
import { flatOf } from './flat-of.ts'

export interface Broken {
  readonly constraint: Constraint
  /** Index of the row. */
  readonly row: number
  /** What the constraint comes to there. */
  readonly value: number
}

/** @param rows a segment's rows of the AIR; the last one's next is the first */
export function* brokenConstraints(
  air: Air,
  rows: readonly (readonly number[])[],
  publics: readonly number[] = [],
): Generator<Broken> {
  const { constraints: flat } = flatOf(air)
  for (const [index, row] of rows.entries()) {
    const values = evaluated(flat, { row, next: rows[(index + 1) % rows.length]!, publics })
    for (const [position, constraint] of air.constraints.entries()) {
      if (!holdsOn(constraint.where, index, rows.length)) continue
      const value = values[flat.roots[position]!]!
      if (value !== 0) yield { constraint, row: index, value }
    }
  }
}

function holdsOn(where: Constraint['where'], row: number, rows: number): boolean {
  if (where === 'first') return row === 0
  if (where === 'last') return row === rows - 1
  return where === 'every' || row !== rows - 1
}
