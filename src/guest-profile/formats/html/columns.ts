/** Columns of numbers as short JSON: one number where all are the same, differences where they ascend. */

/** An array, or the number that all of its elements are. */
export type Column = number | readonly number[]

export function column(values: ArrayLike<number>): Column {
  const all = Array.from(values)
  const [first = 0] = all
  return all.every(value => value === first) ? first : all
}

/** Each element less the one before; the first less 0. */
export const differences = (values: ArrayLike<number>): Column =>
  column(Array.from(values, (value, index) => (index === 0 ? value : value - values[index - 1]!)))
