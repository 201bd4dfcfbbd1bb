/** What the rows of a table say on the buses. */
import type { Air, Bus, Interaction } from '../air/air.ts'
import { P } from '../air/field.ts'
import { RowEvaluator } from '../air/evaluate.ts'
import type { Matrix } from './matrix.ts'
import { fixedTable, isFixed } from './system/fixed-columns.ts'

export interface Said {
  readonly bus: Bus
  readonly interaction: Interaction
  /** Index of the row that said it. */
  readonly row: number
  /** Canonical and not 0; what is received counts as −1. */
  readonly count: number
  readonly fields: readonly number[]
}

const evaluators = new WeakMap<Air, RowEvaluator>()

function evaluatorOf(air: Air): RowEvaluator {
  let evaluator = evaluators.get(air)
  if (evaluator === undefined) {
    evaluator = new RowEvaluator(air.interactions.flatMap(({ count, fields }) => [count, ...fields]))
    evaluators.set(air, evaluator)
  }
  return evaluator
}

/** Rows of a table that nobody has asked for say nothing. */
function isAsked({ air, cells }: Matrix): (row: number) => boolean {
  if (!isFixed(air)) return () => true
  const { counts } = fixedTable(air)
  const width = air.columns.length
  return row => counts.some(column => cells[row * width + column] !== 0)
}

/** All messages that are not switched off, in order. */
export function* messagesOf(
  matrix: Matrix,
  buses: readonly Bus[],
  publics: ArrayLike<number> = [],
): Generator<Said, void> {
  const { air, cells, height } = matrix
  const evaluator = evaluatorOf(air)
  const rows = { cells, width: air.columns.length, height, publics }
  const speaks = isAsked(matrix)
  for (let row = 0; row < height; row++) {
    if (!speaks(row)) continue
    evaluator.at(rows, row)
    let root = 0
    for (const interaction of air.interactions) {
      const times = evaluator.value(root)
      const length = interaction.fields.length
      if (times !== 0) {
        const fields: number[] = []
        for (let field = 1; field <= length; field++) fields.push(evaluator.value(root + field))
        const count = interaction.direction === 'send' ? times : P - times
        yield { bus: buses[interaction.bus]!, interaction, row, count, fields }
      }
      root += 1 + length
    }
  }
}
