/** Columns that a proof's tables have behind those of the traces: for what in messages is of too high a degree. */
import type { Air, Constraint, Interaction } from '../air/air.ts'
import { degrees, minus, type Expression } from '../air/expression.ts'
import { flattened } from '../air/flat.ts'
import { MAX_DEGREE } from './expressions.ts'

/** A field of this degree leaves room for the sum column that its denominator is multiplied by. */
const MAX_FIELD_DEGREE = MAX_DEGREE - 1

/** An AIR with derived columns, which come behind all others; each has a constraint, in the same order, behind all. */
export interface Provable {
  readonly air: Air
  /** What each derived column is: over columns of the trace. */
  readonly derived: readonly Expression[]
}

/** Constraints and messages say the same as before, and of messages the degree is low enough. */
export function provable(air: Air): Provable {
  const degreeOf = degrees()
  const isHigh = (of: Expression): boolean => degreeOf(of) > MAX_FIELD_DEGREE
  const high = air.interactions.flatMap(({ fields }) => fields.filter(isHigh))
  if (high.length === 0) return { air, derived: [] }
  const { roots } = flattened(high)
  const places = [...new Set(roots)]
  const width = air.columns.length
  const columnOf = new Map(
    high.map((of, index): [Expression, Expression] => {
      const place = places.indexOf(roots[index]!)
      return [of, { op: 'column', index: width + place, row: 0 }]
    }),
  )
  const derived = places.map(place => high[roots.indexOf(place)]!)
  const { at } = air.interactions[0]!
  const constraint = (of: Expression, index: number): Constraint => {
    return { name: `derived[${index}]`, where: 'every', of: minus(columnOf.get(of)!, of), at }
  }
  const lowered = (interaction: Interaction): Interaction => {
    return { ...interaction, fields: interaction.fields.map(of => columnOf.get(of) ?? of) }
  }
  return {
    derived,
    air: {
      ...air,
      columns: [...air.columns, ...derived.map((_, index) => `derived[${index}]`)],
      constraints: [...air.constraints, ...derived.map(constraint)],
      interactions: air.interactions.map(lowered),
    },
  }
}
