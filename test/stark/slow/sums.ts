/** The sum tables of a prover (§5). */
import { fractions, nodeValues, type Challenges } from './constraints.ts'
import { equal, inverse, lift, minus, plus, scaled, times, ZERO, type K } from './extension.ts'
import { inverse as inverseInField, power, root, sub } from './field.ts'
import { publicsByAir, type Air, type Key } from './key.ts'
import type { Lies } from './lies.ts'
import { interpolatedInK } from './polynomial.ts'
import type { Witness } from './prove.ts'
import type { Shape } from './shape.ts'

export interface SumTable {
  /** S */
  readonly sum: K
  /** Coefficients of the coordinates of φ_0 …, s. */
  readonly columns: readonly (readonly number[])[]
}

/** What all nodes of an AIR are at a row of its trace. */
export function valuesAtRow(air: Air, row: number, { main, fixed, publics }: RowsOfAir): K[] {
  const n = main.length
  const k = Math.log2(n)
  const after = (row + 1) % n
  const lifted = (cells: readonly number[] | undefined): K[] => (cells ?? []).map(lift)
  return nodeValues(
    air.nodes,
    {
      main: lifted(main[row]),
      mainNext: lifted(main[after]),
      fixed: lifted(fixed?.[row]),
      fixedNext: lifted(fixed?.[after]),
      first: lift(row === 0 ? 1 : 0),
      last: lift(row === n - 1 ? 1 : 0),
      trans: lift(sub(power(root(k), row), inverseInField(root(k)))),
    },
    publics,
  )
}

export interface RowsOfAir {
  readonly main: readonly (readonly number[])[]
  readonly fixed: readonly (readonly number[])[] | undefined
  readonly publics: readonly number[]
}

interface Request extends Challenges {
  readonly key: Key
  readonly shape: Shape
  readonly witness: Witness
  readonly lies: Lies
}

/** By AIR, in AIR order. @throws where a denominator is 0 */
export function sumsOf({ key, shape, witness, lies, ...challenges }: Request): Map<number, SumTable> {
  const airs = shape.present.filter(air => key.airs[air]!.chunks > 0)
  const publics = publicsByAir(key.airs, witness.publics)
  const terms = airs.map(air => {
    const rows = { main: witness.main[air]!, fixed: witness.fixed[air], publics: publics[air]! }
    return rows.main.map((_, row) => {
      const values = valuesAtRow(key.airs[air]!, row, rows)
      return fractions(key.airs[air]!, values, challenges).map(({ over, under }) => {
        if (equal(under, ZERO)) throw new Error(`a denominator of AIR ${air} is 0`)
        return times(over, inverse(under))
      })
    })
  })
  const honest = terms.map(rows => rows.flat().reduce(plus, ZERO))
  const sums = lies.busSums?.(honest) ?? honest
  const entries = airs.map((air, index): [number, SumTable] => {
    const perRow = scaled(sums[index]!, inverseInField(terms[index]!.length))
    let s = ZERO
    const rows = terms[index]!.map(fractionsOfRow => {
      const row = [...fractionsOfRow.slice(0, -1), s]
      s = minus(plus(s, fractionsOfRow.reduce(plus, ZERO)), perRow)
      return row
    })
    const said = lies.sumRows?.(rows, air) ?? rows
    const columns = said[0]!.flatMap((_, column) => {
      const coefficients = interpolatedInK(said.map(row => row[column]!))
      return [0, 1, 2, 3].map(i => coefficients.map(value => value[i]!))
    })
    return [air, { sum: sums[index]!, columns }]
  })
  return new Map(entries)
}
