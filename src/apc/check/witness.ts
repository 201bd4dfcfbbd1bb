/** A row of an optimised system from rows of the block's instructions. */
import { inverse, multiply } from '../../air/field.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import type { System } from '../../air/system.ts'
import type { Row } from './verdict.ts'

/** The block's own row: the rows of its instructions, one behind the other, with room for columns that are derived. */
export function blockRow(rows: readonly ArrayLike<number>[], width: number): Row {
  const row = new Float64Array(width)
  let at = 0
  for (const each of rows) {
    row.set(each, at)
    at += each.length
  }
  return row
}

/** The same row with the derived columns of a system, in their order. */
export function withDerived({ derived }: System, row: Row): Row {
  const filled = row.slice()
  for (const { column, method } of derived) {
    if (method.kind === 'constant') filled[column] = method.value
    else {
      const parts = new RowEvaluator([method.numerator, method.denominator])
      parts.at({ cells: filled, width: filled.length, height: 1, publics: [] }, 0)
      filled[column] = multiply(parts.value(0), inverse(parts.value(1)))
    }
  }
  return filled
}
