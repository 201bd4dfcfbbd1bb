/** Fields that a table determines, as sums of multiples of the fields that they follow from, or of their product. */
import { add, multiply, subtract } from '../../air/field.ts'
import type { Word } from '../../air/word.ts'
import { equationValue } from '../table.ts'
import type { Arc } from './arcs.ts'
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
  message: DraftMessage,
  equation: Equation,
  ranges: Ranges,
): Polynomial | undefined {
  const fit = fitOf(message, equation, ranges)
  return fit?.product === 0 ? equationOf(draft, message, equation, fit) : undefined
}

/** The same where the product of two inputs is part of the sum. */
export function fittedProduct(
  draft: Draft,
  message: DraftMessage,
  equation: Equation,
  ranges: Ranges,
): Polynomial | undefined {
  const fit = fitOf(message, equation, ranges)
  return fit === undefined || fit.product === 0 ? undefined : equationOf(draft, message, equation, fit)
}

/** The result as a sum: of multiples of inputs, of the product of two inputs, and a constant. */
interface Fit {
  readonly inputs: readonly Polynomial[]
  readonly slopes: readonly number[]
  readonly product: number
  readonly constant: number
}

/** What was found out for values of fields that are known, for places of inputs, and for the inputs' ranges. */
const fits = new WeakMap<Word, Map<string, ReturnType<typeof fitted>>>()

function fitOf({ fields }: DraftMessage, { field, of }: Equation, ranges: Ranges): Fit | undefined {
  const inputs = [...new Set(fields.filter((each, at) => at !== field && each.atoms.length > 0))]
  const arcs = inputs.map(each => ranges.of(each))
  const points = arcs.reduce((all, arc) => all * ((arc?.width ?? Infinity) + 1), 1)
  if (points > MOST_INPUTS) return undefined
  const known = knownFields(fields)
  const places = fields.map((each, at) => (at === field ? -1 : inputs.indexOf(each)))
  const key = `${known.join()};${places.join()};${arcs.map(arc => `${arc!.from},${arc!.width}`).join(';')}`
  let before = fits.get(of)
  if (before === undefined) fits.set(of, (before = new Map()))
  if (!before.has(key)) {
    const output = (point: readonly number[]): number =>
      equationValue(
        of,
        places.map((place, at) => point[place] ?? known[at] ?? 0),
      )
    before.set(key, fitted(pointsIn(arcs as readonly Arc[]), output))
  }
  const fit = before.get(key)
  return fit && { inputs, ...fit }
}

function equationOf(draft: Draft, { fields }: DraftMessage, { field }: Equation, fit: Fit): Polynomial {
  const { polynomials } = draft
  const { inputs, slopes, product, constant } = fit
  const linear = inputs.map((each, at) => [each, slopes[at]!] as const)
  const square = product === 0 ? [] : [[polynomials.product(inputs), product] as const]
  return polynomials.minus(fields[field]!, polynomials.sum([...linear, ...square], constant))
}

/** Does the equation hold anyway? */
export const impliedEquation = (draft: Draft, message: DraftMessage, equation: Equation, ranges: Ranges): boolean =>
  fittedEquation(draft, message, equation, ranges) === draft.polynomials.zero

/** All values that inputs of these ranges may have together. */
const pointsIn = (arcs: readonly Arc[]): readonly (readonly number[])[] =>
  arcs.reduce<readonly (readonly number[])[]>(
    (points, { from, width }) =>
      points.flatMap(point => Array.from({ length: width + 1 }, (_, step) => [...point, add(from, step)])),
    [[]],
  )

/** The function as such a sum, if it is one. */
function fitted(points: readonly (readonly number[])[], output: (point: readonly number[]) => number) {
  const [origin] = points
  if (origin === undefined) return undefined
  const start = output(origin)
  const known = new Set(points.map(point => point.join()))
  /** By how much it grows from the origin where these inputs are one more. */
  const growth = (isMore: (at: number) => boolean): number | undefined => {
    const next = origin.map((value, at) => (isMore(at) ? add(value, 1) : value))
    return known.has(next.join()) ? subtract(output(next), start) : undefined
  }
  const steps = origin.map((_, at) => growth(each => each === at) ?? 0)
  const both = origin.length === 2 ? growth(() => true) : undefined
  const product = both === undefined ? 0 : steps.reduce(subtract, both)
  // f = start + Σ step·(x − x₀) + product·(x − x₀)·(y − y₀)
  const predicted = (point: readonly number[]): number => {
    const more = point.map((value, at) => subtract(value, origin[at]!))
    const square = product === 0 ? 0 : multiply(product, more.reduce(multiply))
    return more.reduce((sum, value, at) => add(sum, multiply(steps[at]!, value)), add(start, square))
  }
  if (!points.every(point => predicted(point) === output(point))) return undefined
  const slopes = steps.map((step, at) => subtract(step, multiply(product, origin[1 - at] ?? 0)))
  return { slopes, product, constant: predicted(origin.map(() => 0)) }
}
