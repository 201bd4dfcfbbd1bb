/** Columns that only show that something is not 0 become one. */
import { P } from '../../../air/field.ts'
import { ends } from '../arcs.ts'
import type { Draft } from '../draft.ts'
import { solvedProducts, type Helper } from '../products.ts'
import type { Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'
import type { DegreeBounds } from './inline.ts'

/**
 * Of rest + Σ xᵢ·hᵢ = 0, where the hᵢ are in no other item, nothing follows but that rest is 0 where all xᵢ are. So one
 * helper is enough, times something that is 0 exactly there: the sum of the xᵢ where none is negative, else of squares.
 *
 * Invariant: there are values for the helpers that go if and only if there is one for the helper that comes.
 */
export function helpers(draft: Draft, bounds: DegreeBounds): void {
  const ranges = rangesOf(draft)
  for (let index = 0; index < draft.constraints.length; index++) {
    const constraint = draft.constraints[index]
    if (constraint === undefined) continue
    const found = solvedProducts(draft, constraint)
    if (found === undefined || found.helpers.length < 2) continue
    const zero = zeroTest(draft, found.helpers, ranges)
    if (zero !== undefined && zero.degree + 1 <= bounds.constraints) merge(draft, index, { ...found, zero })
    else mergeEqual(draft, index, found.helpers)
  }
}

/** Helpers whose factors are multiples of one another are one, whatever these may be. */
function mergeEqual(draft: Draft, index: number, all: readonly Helper[]): void {
  const { polynomials } = draft
  for (const [zero, same] of Map.groupBy(all, ({ factor }) => polynomials.monic(factor))) {
    if (same.length < 2) continue
    const products = same.map(({ column, factor }) => polynomials.times(polynomials.column(column), factor))
    const sum = polynomials.sum(products.map(each => [each, 1]))
    const rest = polynomials.minus(draft.constraints[index]!, sum)
    merge(draft, index, { helpers: same, rest, zero })
  }
}

/** 0 exactly where all of the helpers' factors are. */
function zeroTest(draft: Draft, all: readonly Helper[], ranges: Ranges): Polynomial | undefined {
  const { polynomials } = draft
  let [sum, isNatural] = [0, true]
  let squares = 0
  for (const { factor } of all) {
    const arc = ranges.of(factor)
    if (arc === undefined) return undefined
    const [least, most] = ends(arc)
    if (least < 0) isNatural = false
    sum += most
    squares += Math.max(-least, most) ** 2
  }
  if (isNatural && sum < P) return polynomials.sum(all.map(({ factor }) => [factor, 1]))
  if (squares >= P) return undefined
  return polynomials.sum(all.map(({ factor }) => [polynomials.times(factor, factor), 1]))
}

interface Merged {
  readonly helpers: readonly Helper[]
  readonly rest: Polynomial
  readonly zero: Polynomial
}

function merge(draft: Draft, index: number, { helpers: all, rest, zero }: Merged): void {
  const { polynomials } = draft
  const [{ column }] = all as readonly [Helper]
  const name = draft.columns.get(column)!.name
  const helper = draft.addColumn(`shows_${name}`)
  const negative = polynomials.scaled(rest, P - 1)
  draft.setConstraint(index, polynomials.plus(rest, polynomials.times(polynomials.column(helper), zero)))
  draft.derived.push({ column: helper, numerator: negative, denominator: zero })
  for (const each of all) draft.eliminated.push({ column: each.column, of: polynomials.zero, isGuess: true })
}
