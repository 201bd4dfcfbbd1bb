/** Lookups whose result is known without the table. */
import { P, add, subtract, multiply } from '../../../air/field.ts'
import { equationValue, tableFacts } from '../../table.ts'
import type { Draft, DraftMessage } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { knownFields, Ranges } from '../ranges.ts'

/** Values of inputs that are tried one after another. */
const MOST_INPUTS = 256

/**
 * Lookups of constants go. Where a field is a sum of multiples of the others in every message of the table that there
 * can be, an equation says so; the lookup stays, because it bounds the other fields.
 */
export function lookups(draft: Draft, seen: Set<string>): void {
  const ranges = new Ranges(draft)
  for (let index = 0; index < draft.messages.length; index++) {
    const message = draft.messages[index]
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'table') continue
    if (message.count.atoms.length > 0 || message.count.constant === 0) continue
    const key = `${message.bus}:${message.fields.map(({ id }) => id).join()}`
    const known = knownFields(message.fields)
    if (!known.includes(undefined)) {
      // One that is in no table stays: nothing satisfies it.
      if (!tableFacts(draft.buses[message.bus]!, known).impossible) draft.setMessage(index, undefined)
    } else if (!seen.has(key)) {
      seen.add(key)
      equate(draft, message, ranges)
    }
  }
}

function equate(draft: Draft, { bus, fields }: DraftMessage, ranges: Ranges): void {
  const { polynomials } = draft
  const known = knownFields(fields)
  for (const { field, of } of tableFacts(draft.buses[bus]!, known).equations) {
    const inputs = new Set(fields.filter((each, at) => at !== field && each.atoms.length > 0))
    const points = pointsOf([...inputs], ranges)
    if (points === undefined) continue
    const output = (point: readonly number[]): number => {
      const values = new Map([...inputs].map((each, at) => [each, point[at]!]))
      return equationValue(
        of,
        fields.map((each, at) => values.get(each) ?? known[at] ?? 0),
      )
    }
    const fit = fitted(points, output)
    if (fit === undefined) continue
    const sum = polynomials.sum(
      [...inputs].map((each, at) => [each, fit.slopes[at]!]),
      fit.constant,
    )
    draft.addConstraint(polynomials.minus(fields[field]!, sum))
  }
}

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
