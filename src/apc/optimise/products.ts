/** Constraints as sums of products with columns that are nowhere else. */
import type { Draft } from './draft.ts'
import type { Polynomial } from './polynomials.ts'

/** A column that is in one product of one constraint, and what it is multiplied by. */
export interface Helper {
  readonly column: number
  readonly factor: Polynomial
}

export interface SolvedProducts {
  readonly helpers: readonly Helper[]
  /** The sum of the other terms. */
  readonly rest: Polynomial
}

/** rest + Σ factor·column, with as many columns as there are; undefined where there are none. */
export function solvedProducts(draft: Draft, constraint: Polynomial): SolvedProducts | undefined {
  const { polynomials } = draft
  const isAlone = (column: number): boolean =>
    draft.constraintsOf(column).size === 1 && draft.messagesOf(column).size === 0
  const helpers: Helper[] = []
  const rest: (readonly [Polynomial, number])[] = []
  for (const [at, { id, factors }] of constraint.atoms.entries()) {
    const coefficient = constraint.coefficients[at]!
    const own = factors === undefined ? undefined : helperOf(factors, isAlone)
    const isOnce =
      own !== undefined && constraint.atoms.filter(({ columns }) => columns.includes(own.column)).length === 1
    if (isOnce) {
      const others = polynomials.product(factors!.filter(each => each !== own.of))
      helpers.push({ column: own.column, factor: polynomials.scaled(others, coefficient) })
    } else rest.push([factors === undefined ? polynomials.column(id) : polynomials.product(factors), coefficient])
  }
  return helpers.length === 0 ? undefined : { helpers, rest: polynomials.sum(rest, constraint.constant) }
}

/** The factor that is such a column alone. */
function helperOf(factors: readonly Polynomial[], isAlone: (column: number) => boolean) {
  for (const of of factors) {
    const isColumn = of.atoms.length === 1 && of.constant === 0 && of.degree === 1
    if (
      isColumn &&
      isAlone(of.columns[0]!) &&
      factors.filter(each => each.columns.includes(of.columns[0]!)).length === 1
    )
      return { of, column: of.columns[0]! }
  }
  return undefined
}
