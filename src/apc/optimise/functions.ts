/** Fields that a table determines, as sums of multiples of the fields that they follow from. */
import { P, add, multiply, subtract } from '../../air/field.ts'
import type { Word } from '../../air/word.ts'
import { equationValue } from '../table.ts'
import type { Draft, DraftMessage } from './draft.ts'
import type { Polynomial } from './polynomials.ts'
import { knownFields, type Ranges } from './ranges.ts'

/** Values of inputs that are tried one after another. */
const MOST_INPUTS = 256

export interface Equation {
  readonly field: number
  readonly of: Word
}

/** What is 0 in every message of the table that there can be; undefined where no sum of multiples is. */
export function fittedEquation(
  draft: Draft,
  { fields }: DraftMessage,
  { field, of }: Equation,
  ranges: Ranges,
): Polynomial | undefined {
  const known = knownFields(fields)
  const inputs = [...new Set(fields.filter((each, at) => at !== field && each.atoms.length > 0))]
  const points = pointsOf(inputs, ranges)
  if (points === undefined) return undefined
  const output = (point: readonly number[]): number => {
    const values = new Map(inputs.map((each, at) => [each, point[at]!]))
    const row = fields.map((each, at) => values.get(each) ?? known[at] ?? 0)
    return equationValue(of, row)
  }
  const fit = fitted(points, output)
  if (fit === undefined) return undefined
  const { polynomials } = draft
  const sum = polynomials.sum(
    inputs.map((each, at) => [each, fit.slopes[at]!]),
    fit.constant,
  )
  return polynomials.minus(fields[field]!, sum)
}

/** Does the equation hold anyway? */
export const impliedEquation = (draft: Draft, message: DraftMessage, equation: Equation, ranges: Ranges): boolean =>
  fittedEquation(draft, message, equation, ranges) === draft.polynomials.zero

/** All values that the inputs may have together, if these are few. */
function pointsOf(inputs: readonly Polynomial[], ranges: Ranges): readonly (readonly number[])[] | undefined {
  let points: (readonly number[])[] = [[]]
  for (const each of inputs) {
    const arc = ranges.of(each)
    if (arc === undefined || points.length * (arc.width + 1) > MOST_INPUTS) return undefined
    points = points.flatMap(point =>
      Array.from({ length: arc.width + 1 }, (_, step) => [...point, add(arc.from, step)]),
    )
  }
  return points
}

/** The function as a sum of multiples of its inputs, if it is one. */
function fitted(points: readonly (readonly number[])[], output: (point: readonly number[]) => number) {
  const [origin] = points
  if (origin === undefined) return undefined
  const start = output(origin)
  const slopes = origin.map((first, at) => {
    const next = points.find(point => point.every((value, k) => value === (k === at ? add(first, 1) : origin[k])))
    return next === undefined ? 0 : subtract(output(next), start)
  })
  const constant = origin.reduce((sum, value, at) => add(sum, multiply(P - slopes[at]!, value)), start)
  const predicted = (point: readonly number[]): number =>
    point.reduce((sum, value, at) => add(sum, multiply(slopes[at]!, value)), constant)
  return points.every(point => predicted(point) === output(point)) ? { slopes, constant } : undefined
}
