/** What a machine's file says of a chip, from its AIR. */
import type { Air } from './air.ts'
import { readsNextRow, type Expression } from './expression.ts'

export interface Figures {
  /** Trace cells of one row. */
  readonly width: number
  /** Bus interactions of one row. */
  readonly interactions: number
  /** Does a constraint or a message look at the next row too? */
  readonly nextRow: boolean
}

export function figuresOf(air: Air): Figures {
  return {
    width: air.columns.length,
    interactions: air.interactions.length,
    nextRow: expressionsOf(air).some(readsNextRow),
  }
}

function expressionsOf({ constraints, interactions }: Air): readonly Expression[] {
  return [...constraints.map(({ of }) => of), ...interactions.flatMap(({ count, fields }) => [count, ...fields])]
}
