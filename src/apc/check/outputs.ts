/** Bounds of what a table gives for one column of few values, by trying these. */
import { inverse, multiply, subtract } from '../../air/field.ts'
import { equationValue, tableFacts } from '../table.ts'
import { elementOf, signed, type Interval } from './intervals.ts'
import type { Sent } from './sent.ts'
import { difference, isLinear, isZero, knownValue, sumValue, type Sum } from './sums.ts'

const MOST_INPUTS = 256

/** Columns that a message that is sent for sure determines, with what they may be. */
export function outputsOf(
  { bus, count, fields }: Sent,
  columns: ReadonlyMap<number, Interval>,
): readonly (readonly [column: number, bounds: Interval])[] {
  if (bus.role.kind !== 'table' || (knownValue(count) ?? 0) === 0) return []
  return tableFacts(bus, fields.map(knownValue)).equations.flatMap(({ field, of }) => {
    const [input, ...others] = fields.filter((each, at) => at !== field && knownValue(each) === undefined)
    const [column] = input?.columns ?? []
    const interval = column === undefined ? undefined : columns.get(column)
    if (input === undefined || column === undefined || interval === undefined) return []
    const isOther = (each: Sum): boolean => !isZero(difference(each, input))
    if (input.columns.size > 1 || others.some(isOther) || interval.most - interval.least >= MOST_INPUTS) return []
    const output = fields[field]!
    const [wanted, ...more] = [...output.columns].filter(each => each !== column)
    if (wanted === undefined || more.length > 0 || !isLinear(output)) return []
    const back = inverse(output.terms.get(`${wanted}`)!.times)
    let [least, most] = [Infinity, -Infinity]
    for (let value = interval.least; value <= interval.most; value++) {
      const row = new Map([
        [column, elementOf(value)],
        [wanted, 0],
      ])
      const values = fields.map((each, at) => (at === field ? 0 : sumValue(each, row)))
      const found = signed(multiply(subtract(equationValue(of, values), sumValue(output, row)), back))
      least = Math.min(least, found)
      most = Math.max(most, found)
    }
    return [[wanted, { least, most }] as const]
  })
}
