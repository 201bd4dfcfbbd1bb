/** Sets of field elements that follow one another: what is known of the value of a polynomial. */
import { P, add, multiply, subtract } from '../../air/field.ts'
import { elementOf, signed } from './polynomials.ts'

/** The elements from `from` to `from + width`, modulo p. */
export interface Arc {
  readonly from: number
  /** Below p − 1: an arc is never all elements. */
  readonly width: number
}

/** Undefined where that is everything. */
export const arc = (from: number, width: number): Arc | undefined =>
  width < P - 1 ? { from: elementOf(from), width } : undefined

export const contains = ({ from, width }: Arc, value: number): boolean => subtract(value, from) <= width

export const isWithin = (inner: Arc, outer: Arc): boolean =>
  subtract(inner.from, outer.from) + inner.width <= outer.width

/** Every element of it, times a number, and another one added. */
export function mapped({ from, width }: Arc, times: number, plus: number): Arc | undefined {
  const factor = signed(times)
  const wide = width * Math.abs(factor)
  if (wide >= P - 1) return undefined
  const first = factor < 0 ? add(from, width) : from
  return { from: add(multiply(first, times), plus), width: wide }
}

export function sumOf(a: Arc | undefined, b: Arc | undefined): Arc | undefined {
  if (a === undefined || b === undefined) return undefined
  return arc(a.from + b.from, a.width + b.width)
}

/** The integers of least size that the ends stand for. */
export function ends({ from, width }: Arc): readonly [least: number, most: number] {
  const least = from + width >= P ? from - P : from
  return [least, least + width]
}

export function productOf(a: Arc | undefined, b: Arc | undefined): Arc | undefined {
  if (a === undefined || b === undefined) return undefined
  const [x, y] = [ends(a), ends(b)]
  const corners = x.flatMap(left => y.map(right => left * right)).toSorted((left, right) => left - right)
  const [least, most] = [corners[0]!, corners.at(-1)!]
  return Number.isSafeInteger(least) && Number.isSafeInteger(most) ? arc(least, most - least) : undefined
}

/** An arc that holds what both hold. */
export function common(a: Arc | undefined, b: Arc | undefined): Arc | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const narrower = a.width <= b.width ? a : b
  const [startsInA, startsInB] = [contains(a, b.from), contains(b, a.from)]
  // Arcs that meet at both ends have two arcs in common.
  if (startsInA && startsInB && a.from !== b.from) return narrower
  if (startsInA) return { from: b.from, width: Math.min(b.width, a.width - subtract(b.from, a.from)) }
  if (startsInB) return { from: a.from, width: Math.min(a.width, b.width - subtract(a.from, b.from)) }
  return narrower
}

/** The smallest arc around elements that are given as integers close to one another. */
export function hull(values: readonly number[]): Arc | undefined {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    least = Math.min(least, signed(value))
    most = Math.max(most, signed(value))
  }
  return values.length === 0 ? undefined : arc(least, most - least)
}
