/** Which constraints do not hold on the rows of an AIR. */
import type { Air, Constraint } from '../air.ts'
import { evaluator } from '../expression.ts'

export interface Broken {
  readonly constraint: Constraint
  /** Index of the row. */
  readonly row: number
  /** What the constraint comes to there. */
  readonly value: number
}

/** @param rows a segment's rows of the AIR; the last one's next is the first */
export function* brokenConstraints(
  { constraints }: Air,
  rows: readonly (readonly number[])[],
  publics: readonly number[] = [],
): Generator<Broken> {
  for (const [index, row] of rows.entries()) {
    const valueOf = evaluator({ row, next: rows[(index + 1) % rows.length]!, publics })
    for (const constraint of constraints) {
      if (!holdsOn(constraint.where, index, rows.length)) continue
      const value = valueOf(constraint.of)
      if (value !== 0) yield { constraint, row: index, value }
    }
  }
}

function holdsOn(where: Constraint['where'], row: number, rows: number): boolean {
  if (where === 'first') return row === 0
  if (where === 'last') return row === rows - 1
  return where === 'every' || row !== rows - 1
}
