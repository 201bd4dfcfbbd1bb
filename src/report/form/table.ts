/** Rows of text in columns as wide as their widest cell. */

/** `align` has one letter per column: `l` or `r`; columns beyond it are left-aligned. Each row starts with `indent`. */
export function table(rows: readonly (readonly string[])[], align = '', indent = ''): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  const padded = (cell: string, index: number): string =>
    align[index] === 'r' ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!)
  return rows.map(row => `${indent}${row.map(padded).join('  ')}`.trimEnd() + '\n').join('')
}

/** Columns that a name gets in a table. */
const MOST_COLUMNS = 72

/** A name that fits into a table: both ends of a long one, which say more than its middle. */
export function shortened(name: string, most = MOST_COLUMNS): string {
  if (name.length <= most) return name
  const front = Math.floor((most - 1) / 2)
  return `${name.slice(0, front)}…${name.slice(name.length - (most - 1 - front))}`
}

const NAME_WIDTH = 16

/** One fact of a report: its name, then its value. */
export const line = (name: string, value: string): string => `${name.padEnd(NAME_WIDTH)}${value}\n`
