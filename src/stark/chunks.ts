/** Which messages of an AIR share a column of the sum table. */
import { MAX_DEGREE } from './expressions.ts'

/** Degrees of a message: of its count, and of its denominator, which is the highest of its fields. */
export interface MessageDegrees {
  readonly count: number
  readonly fields: number
}

export interface Chunks {
  /** The chunk of each message; undefined for one that fits into none. */
  readonly of: readonly (number | undefined)[]
  readonly count: number
  /** The highest of the constraints of all chunks. */
  readonly degree: number
}

/** A column that messages share: what the degree of its constraint follows from. */
interface Column {
  /** Of the product of all denominators. */
  readonly fields: number
  /** The most that a count has above its own denominator. */
  readonly above: number
}

const EMPTY: Column = { fields: 0, above: 0 }

const joined = (column: Column, { count, fields }: MessageDegrees): Column => ({
  fields: column.fields + fields,
  above: Math.max(column.above, count - fields),
})

const degreeOf = ({ fields, above }: Column): number => fields + Math.max(1, above)

/** In order, each in the first that it fits into. */
export function chunksOf(messages: readonly MessageDegrees[]): Chunks {
  const columns: Column[] = []
  const of = messages.map(message => {
    const fits = (column: Column): boolean => degreeOf(joined(column, message)) <= MAX_DEGREE
    if (!fits(EMPTY)) return undefined
    const found = columns.findIndex(fits)
    const chunk = found < 0 ? columns.length : found
    columns[chunk] = joined(columns[chunk] ?? EMPTY, message)
    return chunk
  })
  return { of, count: columns.length, degree: highest(columns.map(degreeOf)) }
}

/** The highest of some degrees; 0 of none. */
export const highest = (degrees: Iterable<number>): number => {
  let most = 0
  for (const degree of degrees) most = Math.max(most, degree)
  return most
}
