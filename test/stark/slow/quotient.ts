/** The quotient of an AIR's constraints (§5): computed on as many points as it has coefficients. */
import { accumulated, nodeValues, selectors, type Challenges, type Sums } from './constraints.ts'
import { lift, scaled, type K } from './extension.ts'
import { GENERATOR, inverse, mul, power, root, sub } from './field.ts'
import type { Air } from './key.ts'
import { at, cosetPoint, interpolatedInK } from './polynomial.ts'
import type { SumTable } from './sums.ts'

type Columns = readonly (readonly number[])[]

interface Request {
  readonly air: Air
  readonly k: number
  readonly columns: { readonly main: Columns; readonly fixed: Columns; readonly sum: SumTable | undefined }
  readonly publics: readonly number[]
  readonly challenges: Challenges & { readonly lambda: K }
}

/** @returns D·2^k coefficients */
export function quotientOf({ air, k, columns, publics, challenges }: Request): K[] {
  const log = k + Math.log2(air.parts)
  const values = Array.from({ length: 2 ** log }, (_, r) => {
    const x = cosetPoint(log, r)
    const next = mul(x, root(k))
    const lifted = (list: Columns, point: number): K[] => list.map(column => lift(at(column, point)))
    const point = {
      main: lifted(columns.main, x),
      mainNext: lifted(columns.main, next),
      fixed: lifted(columns.fixed, x),
      fixedNext: lifted(columns.fixed, next),
      ...selectors(k, lift(x)),
    }
    const sums = columns.sum && sumsAt(columns.sum, { x, next, k })
    const acc = accumulated(air, nodeValues(air.nodes, point, publics), { ...challenges, sums })
    return scaled(acc, inverse(sub(power(x, 2 ** k), 1)))
  })
  return interpolatedInK(values, GENERATOR)
}

function sumsAt({ columns, sum }: SumTable, { x, next, k }: { x: number; next: number; k: number }): Sums {
  const valueAt = (chunk: number, point: number): K =>
    [0, 1, 2, 3].map(i => at(columns[4 * chunk + i]!, point)) as unknown as K
  const chunks = columns.length / 4
  return {
    columns: Array.from({ length: chunks }, (_, chunk) => valueAt(chunk, x)),
    next: valueAt(chunks - 1, next),
    perRow: scaled(sum, inverse(2 ** k)),
  }
}
