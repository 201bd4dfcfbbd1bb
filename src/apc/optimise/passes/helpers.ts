/** Columns that only show that something is not 0 become one, or half as many. */
import { P } from '../../../air/field.ts'
import type { Draft } from '../draft.ts'
import { solvedProducts, type SolvedProducts } from '../products.ts'
import type { Polynomial } from '../polynomials.ts'
import { rangesOf } from '../ranges.ts'
import { zeroTests } from '../zero-tests.ts'
import type { DegreeBounds } from './inline.ts'

/**
 * Of rest + Σ xᵢ·hᵢ = 0, where the hᵢ are in no other item, nothing follows but that rest is 0 where all xᵢ are. So as
 * many helpers are enough as there are tests that are 0 exactly there.
 *
 * Invariant: there are values for the helpers that go if and only if there are some for those that come.
 */
export function helpers(draft: Draft, bounds: DegreeBounds): void {
  const ranges = rangesOf(draft)
  for (let index = 0; index < draft.constraints.length; index++) {
    const constraint = draft.constraints[index]
    if (constraint === undefined) continue
    const found = solvedProducts(draft, constraint)
    if (found === undefined || found.helpers.length < 2) continue
    const factors = found.helpers.map(({ factor }) => factor)
    const testsOf = (degree: number): readonly Polynomial[] => zeroTests(draft.polynomials, factors, { ranges, degree })
    const [plain, squared] = [testsOf(1), testsOf(bounds.constraints - 1)]
    // What is squared keeps columns that could have been inlined.
    const tests = plain.length - squared.length < kept(draft, index, factors) ? plain : squared
    if (tests.length < factors.length) replace(draft, index, found, tests)
  }
}

/** Columns of the factors that another constraint defines by products: where these go depends on degrees. */
function kept(draft: Draft, index: number, factors: readonly Polynomial[]): number {
  const columns = new Set(factors.flatMap(factor => factor.columns))
  const isDefined = (column: number): boolean =>
    [...draft.constraintsOf(column)].some(
      other => other !== index && draft.polynomials.solved(draft.constraints[other]!, column)?.degree === 2,
    )
  return [...columns].filter(isDefined).length
}

/** The first helper whose test is not 0 makes up for the rest; those behind it find that nothing is left. */
function replace(
  draft: Draft,
  index: number,
  { helpers: all, rest }: SolvedProducts,
  tests: readonly Polynomial[],
): void {
  const { polynomials } = draft
  let sum = rest
  for (const [at, test] of tests.entries()) {
    const helper = draft.addColumn(`shows_${draft.columns.get(all[at]!.column)!.name}`)
    draft.derived.push({ column: helper, numerator: polynomials.scaled(sum, P - 1), denominator: test })
    sum = polynomials.plus(sum, polynomials.times(polynomials.column(helper), test))
  }
  draft.setConstraint(index, sum)
  for (const each of all) draft.eliminated.push({ column: each.column, of: polynomials.zero, isGuess: true })
}
