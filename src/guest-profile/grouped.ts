/** Rows of a table by the value that they have in one of its columns. */

/** The rows of group g are `rows[first[g]]` up to `rows[first[g + 1]]`, in order. */
export interface Grouped {
  readonly first: Uint32Array
  readonly rows: Uint32Array
}

/** Groups are 0 … `groups` − 1; rows with another value are left out. */
export function groupedBy(column: ArrayLike<number>, groups: number): Grouped {
  const first = new Uint32Array(groups + 1)
  const isIn = (group: number): boolean => group >= 0 && group < groups
  for (let row = 0; row < column.length; row++) if (isIn(column[row]!)) first[column[row]! + 1]!++
  for (let group = 0; group < groups; group++) first[group + 1]! += first[group]!
  const next = first.slice(0, groups)
  const rows = new Uint32Array(first[groups]!)
  for (let row = 0; row < column.length; row++) if (isIn(column[row]!)) rows[next[column[row]!]!++] = row
  return { first, rows }
}
