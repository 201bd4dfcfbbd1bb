/** Autoprecompiles with made-up figures: counting looks at start, length, width and interactions alone. */
import { constant } from '../../src/air/expression.ts'
import { chipNameOf, type Autoprecompile } from '../../src/machine/autoprecompiles.ts'

export interface Figures {
  readonly start: number
  /** Instructions. */
  readonly count: number
  readonly width: number
  readonly interactions: number
}

export const someAutoprecompile = ({ start, count, width, interactions }: Figures): Autoprecompile => ({
  start,
  instructions: Array.from({ length: count }, () => [0, 0, 0, 0, 0, 0, 0, 0]),
  chip: chipNameOf(start),
  system: {
    buses: [],
    columns: Array.from({ length: width }, (_, id) => ({ id, name: `c${id}`, origin: { instruction: 0, column: id } })),
    constraints: [],
    messages: Array.from({ length: interactions }, () => ({ bus: 0, count: constant(1), fields: [] })),
    derived: [],
  },
})
