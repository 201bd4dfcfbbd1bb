/** Comparisons that one limb decides, or that only ask whether something is 0, lose their marks. */
import { P, inverse, subtract } from '../../../air/field.ts'
import { ends, isWithin, type Arc } from '../arcs.ts'
import { lookupOf, templatesOf } from '../bounds.ts'
import { comparisonAt, type Comparison } from '../comparison.ts'
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'

/**
 * Invariant: what comes has the same result for all differences that there can be. Columns that go are in nothing that
 * is left, and have values for every result that is right.
 */
export function comparisons(draft: Draft): void {
  const ranges = rangesOf(draft)
  for (let index = 0; index < draft.messages.length; index++) {
    if (draft.messages[index] === undefined) continue
    const found = comparisonAt(draft, index, ranges)
    if (found !== undefined) replace(draft, found, ranges)
  }
}

function replace(draft: Draft, comparison: Comparison, ranges: Ranges): void {
  const { polynomials } = draft
  const { differences, result } = comparison
  const bounds = differences.map(each => ends(ranges.of(each)!))
  const lower = bounds.slice(1)
  const isPositive = bounds.every(([least]) => least >= 0)
  const asks = isPositive ? undefined : equalityIn(draft, differences, bounds)
  if (isPositive || asks !== undefined) {
    const of = asks ?? polynomials.sum(differences.map(each => [each, 1]))
    remove(draft, comparison)
    zeroTest(draft, { result, of, isZero: asks !== undefined })
  } else if (differences.length > 0 && lower.every(([, most]) => most <= 0)) {
    if (decideByFirst(draft, comparison)) {
      remove(draft, comparison)
      tie(draft, differences[0]!, result, ranges)
    }
  } else if (lower.every(([least]) => least >= 0)) positive(draft, comparison, ranges)
}

function remove(draft: Draft, { constraints, message, inner }: Comparison): void {
  for (const index of constraints) draft.setConstraint(index, undefined)
  draft.setMessage(message, undefined)
  for (const column of inner) draft.eliminated.push({ column, of: draft.polynomials.zero, isGuess: true })
}

/** What is 0 exactly where the result is 1, as the last difference can only be 1 if it is positive, and no other is. */
function equalityIn(
  draft: Draft,
  differences: readonly Polynomial[],
  bounds: readonly (readonly [number, number])[],
): Polynomial | undefined {
  const { polynomials } = draft
  const last = bounds.length - 1
  if (last < 0 || bounds[last]![1] !== 1 || bounds.slice(0, -1).some(([, most]) => most > 0)) return undefined
  return polynomials.sum(
    differences.map(each => [each, P - 1]),
    1,
  )
}

interface ZeroTest {
  readonly result: Polynomial
  /** Not negative. */
  readonly of: Polynomial
  /** Is the result 1 where it is 0? */
  readonly isZero: boolean
}

function zeroTest(draft: Draft, { result, of, isZero }: ZeroTest): void {
  const { polynomials } = draft
  const helper = draft.addColumn(`shows_${draft.columns.get(result.columns[0]!)!.name}`)
  const isNot = isZero ? polynomials.minus(polynomials.one, result) : result
  draft.addConstraint(polynomials.times(polynomials.minus(polynomials.one, isNot), of))
  draft.addConstraint(polynomials.minus(polynomials.times(polynomials.column(helper), of), isNot))
  draft.derived.push({ column: helper, numerator: isNot, denominator: of })
}

/** Only the first difference may be negative: the result is 1 where that is not, and not all of them are 0. */
function positive(draft: Draft, comparison: Comparison, ranges: Ranges): void {
  const { polynomials } = draft
  const { differences, limb, result } = comparison
  const sign = signOf(draft, differences[0]!, ranges)
  if (sign === undefined) return
  remove(draft, comparison)
  // At least 1 where the sign is set, as the first difference is −limb or more.
  const of = polynomials.sum([...differences.map(each => [each, 1] as const), [sign, limb + 1]])
  const isNot = polynomials.plus(result, sign)
  const helper = draft.addColumn(`shows_${draft.columns.get(result.columns[0]!)!.name}`)
  draft.addConstraint(polynomials.times(polynomials.minus(polynomials.one, isNot), of))
  draft.addConstraint(polynomials.minus(polynomials.times(polynomials.column(helper), of), isNot))
  draft.derived.push({ column: helper, numerator: isNot, denominator: of })
}

/** What is 1 where the difference is negative, else 0; undefined where no constraint tells that. */
function signOf(draft: Draft, difference: Polynomial, ranges: Ranges): Polynomial | undefined {
  const { polynomials } = draft
  for (const column of difference.columns) {
    for (const index of draft.constraintsOf(column)) {
      const factors = polynomials.factorsOf(draft.constraints[index]!)
      const [first, second] = factors
      if (first === undefined || second === undefined || factors.length > 2 || first.degree !== 1) continue
      const step = polynomials.minus(first, second)
      if (step.atoms.length > 0 || step.constant === 0) continue
      const [one, other] = [first, second].map(each => {
        const values = new Map([[column, polynomials.solved(each, column)!]])
        return ranges.of(polynomials.substituted(difference, values))
      })
      if (one === undefined || other === undefined) continue
      // Where the one factor is 0 the other is the step, with one sign or the other.
      if (isNegative(one) && isNatural(other)) return polynomials.scaled(second, P - inverse(step.constant))
      if (isNegative(other) && isNatural(one)) return polynomials.scaled(first, inverse(step.constant))
    }
  }
  return undefined
}

const HALF = (P - 1) / 2
const isNatural = (arc: Arc): boolean => isWithin(arc, { from: 0, width: HALF })
const isNegative = (arc: Arc): boolean => isWithin(arc, { from: P - HALF, width: HALF - 1 })

/** d − 1 is a limb where the result is 1, and d − 1 with a limb's size added where it is 0. */
function decideByFirst(draft: Draft, { result, limb: below, differences }: Comparison): boolean {
  const template = templatesOf(draft.buses).find(({ places }) => places.length === 1 && places[0]!.below === below)
  if (template === undefined) return false
  const limb = draft.polynomials.sum(
    [
      [differences[0]!, 1],
      [result, P - below],
    ],
    below - 1,
  )
  draft.addMessage(lookupOf(draft, template, [limb]))
  return true
}

/** Where a column of the difference has one of two values, the result tells which. */
function tie(draft: Draft, difference: Polynomial, result: Polynomial, ranges: Ranges): void {
  const { polynomials } = draft
  for (const column of difference.columns) {
    for (const index of draft.constraintsOf(column)) {
      const factors = polynomials.factorsOf(draft.constraints[index]!)
      const cores = factors.map(each => polynomials.core(each).core)
      const [core] = cores
      if (factors.length !== 2 || core === undefined || cores[1] !== core || core.degree !== 1) continue
      const values = factors.map(({ constant }) => subtract(0, constant))
      const solved = values.map(value => polynomials.solved(polynomials.plusConstant(core, -value), column))
      if (solved.includes(undefined)) continue
      /** Can the result be that with this value? */
      const fits = values.map((_, at) => {
        const of = polynomials.substituted(difference, new Map([[column, solved[at]!]]))
        const arc = ranges.of(of)
        const [least, most] = arc === undefined ? [-P, P] : ends(arc)
        return [least <= 0, most >= 1]
      })
      const one = [0, 1].find(at => !fits[at]![0])
      if (one === undefined || fits[1 - one]![1]) continue
      const step = subtract(values[one]!, values[1 - one]!)
      const told = polynomials.sum([[result, step]], values[1 - one]!)
      draft.addConstraint(polynomials.minus(core, told))
      return
    }
  }
}
