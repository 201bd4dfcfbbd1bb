/** Bounds of sums as integers of least size, from bounds of sums that tables and memory give. */
import { P } from '../../air/field.ts'
import { constantOf, isConstant, isLinear, type Sum } from './sums.ts'

/** Least and greatest value, as integers. */
export interface Interval {
  readonly least: number
  readonly most: number
}

export interface Bounded extends Interval {
  readonly of: Sum
}

export interface Bounds {
  /** Columns with bounds of their own. */
  readonly columns: ReadonlyMap<number, Interval>
  /** Sums of several. */
  readonly sums: readonly Bounded[]
}

/** An element as the integer of least size that it stands for. */
export const signed = (value: number): number => (value > P / 2 ? value - P : value)
/** The element of an integer. */
export const elementOf = (value: number): number => ((value % P) + P) % P
const SAFE = P / 2
export const added = (a: Interval, b: Interval): Interval | undefined => safe(a.least + b.least, a.most + b.most)

export const common = (a: Interval, b: Interval): Interval => ({
  least: Math.max(a.least, b.least),
  most: Math.min(a.most, b.most),
})

export function multiplied(a: Interval, b: Interval): Interval {
  const [p, q, r, t] = [a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most]
  return { least: Math.min(p, q, r, t), most: Math.max(p, q, r, t) }
}

const safe = (least: number, most: number): Interval | undefined =>
  least > -SAFE && most < SAFE ? { least, most } : undefined

/** The sum of what its terms may be; undefined where a column is not bounded, or it may wrap. */
export function termwise(of: Sum, columns: ReadonlyMap<number, Interval>): Interval | undefined {
  let sum: Interval | undefined = { least: 0, most: 0 }
  for (const { product, times } of of.terms.values()) {
    let term: Interval = { least: signed(times), most: signed(times) }
    for (const column of product) {
      const own = columns.get(column)
      if (own === undefined) return undefined
      term = multiplied(term, own)
      if (safe(term.least, term.most) === undefined) return undefined
    }
    sum = sum && added(sum, term)
  }
  return sum
}

/** @param bounded sums that are natural numbers below a bound each */
export function boundsOf(bounded: readonly (readonly [of: Sum, bound: number])[]): Bounds {
  const columns = new Map<number, Interval>()
  const sums: Bounded[] = []
  const learn = (column: number, found: Interval): void => {
    // Integers of least size, so that there is one for each element.
    if (safe(found.least, found.most) === undefined) return
    const before = columns.get(column)
    columns.set(column, before === undefined ? found : common(before, found))
  }
  const multiples: (readonly [Sum, number])[] = []
  for (const [of, bound] of bounded) {
    if (isConstant(of)) continue
    if (of.columns.size > 1 || !isLinear(of)) sums.push({ of, least: 0, most: bound - 1 })
    else {
      const [column] = of.columns
      const [times, rest] = [signed(of.terms.get(`${column}`)!.times), signed(constantOf(of))]
      if (times === 1) learn(column!, { least: -rest, most: bound - 1 - rest })
      else if (times === -1) learn(column!, { least: rest - bound + 1, most: rest })
      else multiples.push([of, bound])
    }
  }
  for (const [of, bound] of multiples) {
    const [column] = of.columns
    const [times, rest] = [signed(of.terms.get(`${column}`)!.times), signed(constantOf(of))]
    const own = columns.get(column!)
    if (own === undefined || bound > SAFE) continue
    // As an integer it does not wrap.
    if ([own.least, own.most].some(end => Math.abs(times * end) + Math.abs(rest) >= SAFE)) continue
    const ends = [-rest / times, (bound - 1 - rest) / times].toSorted((a, b) => a - b)
    learn(column!, { least: Math.ceil(ends[0]!), most: Math.floor(ends[1]!) })
  }
  return { columns, sums }
}
