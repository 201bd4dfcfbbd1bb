/** Products with a common factor become one. */
import { P } from '../../../air/field.ts'
import { ends } from '../arcs.ts'
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'

/**
 * x·a = 0 and x·b = 0 say the same as x·(a + m·b) = 0, where a + m·b is 0 only if a and b are: their sum if neither can
 * be negative, else with an m that is more than a can be.
 *
 * Invariant: the product that comes is 0 if and only if those that go are.
 */
export function merge(draft: Draft): void {
  const ranges = rangesOf(draft)
  const open = new Map<Polynomial, { readonly index: number; readonly of: Polynomial }>()
  for (let index = 0; index < draft.constraints.length; index++) {
    const constraint = draft.constraints[index]
    const split = constraint && splitProduct(draft, constraint)
    if (split === undefined) continue
    const before = open.get(split.common)
    const sum = before === undefined ? undefined : together(draft, before.of, split.other, ranges)
    if (sum === undefined) {
      if (span(split.other, ranges) !== undefined) open.set(split.common, { index, of: split.other })
      continue
    }
    draft.setConstraint(before!.index, draft.polynomials.times(split.common, sum))
    draft.setConstraint(index, undefined)
    open.set(split.common, { index: before!.index, of: sum })
  }
}

/** A product of two factors without common columns; the one that is in more constraints is what they may share. */
function splitProduct(draft: Draft, constraint: Polynomial) {
  const factors = draft.polynomials.factorsOf(constraint)
  if (factors.length !== 2 || factors.some(({ degree }) => degree !== 1)) return undefined
  const [a, b] = factors as readonly [Polynomial, Polynomial]
  // Two factors over the same columns tell the values of a polynomial.
  if (a.columns.some(column => b.columns.includes(column))) return undefined
  const isUsed = (of: Polynomial): number =>
    of.columns.reduce((most, column) => Math.max(most, draft.constraintsOf(column).size), 0)
  return isUsed(a) >= isUsed(b) ? { common: a, other: b } : { common: b, other: a }
}

function span(of: Polynomial, ranges: Ranges): readonly [number, number] | undefined {
  const arc = ranges.of(of)
  return arc && ends(arc)
}

/** 0 only where both are. */
function together(draft: Draft, a: Polynomial, b: Polynomial, ranges: Ranges): Polynomial | undefined {
  const { polynomials } = draft
  const [x, y] = [span(a, ranges), span(b, ranges)]
  if (x === undefined || y === undefined) return undefined
  if (x[0] >= 0 && y[0] >= 0 && x[1] + y[1] < P) return polynomials.plus(a, b)
  if (x[1] <= 0 && y[1] <= 0 && x[0] + y[0] > -P) return polynomials.plus(a, b)
  if (x[0] >= 0 && y[1] <= 0 && x[1] - y[0] < P) return polynomials.minus(a, b)
  const [most, other] = [Math.max(-x[0], x[1]), Math.max(-y[0], y[1])]
  const times = most + 1
  if (most + times * other >= P / 2) return undefined
  return polynomials.sum([
    [a, 1],
    [b, times],
  ])
}
