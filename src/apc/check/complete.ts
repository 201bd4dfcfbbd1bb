/** Rows of a block with given cells: columns that are not given are solved for. */
import type { System } from '../system.ts'
import { columnsOf } from './columns.ts'
import { rootsOf } from './roots.ts'
import type { Row, SystemChecker } from './verdict.ts'

/** Rows that are tried. */
const MOST_ROWS = 60
const MOST_DEPTH = 12

/**
 * Rows that satisfy more and more constraints, beginning with one that hints have filled. `given` cells stay.
 */
export function* completed(
  system: System,
  checker: SystemChecker,
  row: Row,
  given: ReadonlySet<number>,
): Generator<Row, void> {
  const columns = columnsBySystem(system)
  let rows = 0
  function* search(current: Row, touched: ReadonlySet<number>): Generator<Row, void> {
    if (++rows > MOST_ROWS) return
    const { broken } = checker.verdict(current)
    if (broken === undefined) return void (yield current)
    if (touched.size >= MOST_DEPTH) return
    for (const column of columns[broken]!) {
      if (given.has(column) || touched.has(column)) continue
      const tried = current.slice()
      const roots = rootsOf(x => {
        tried[column] = x
        return checker.valueOf(broken, tried)
      })
      for (const root of roots) {
        const next = current.slice()
        next[column] = root
        yield* search(next, new Set([...touched, column]))
      }
    }
  }
  yield* search(row, new Set())
}

const known = new WeakMap<System, readonly (readonly number[])[]>()

function columnsBySystem(system: System): readonly (readonly number[])[] {
  let columns = known.get(system)
  if (columns === undefined) known.set(system, (columns = system.constraints.map(columnsOf)))
  return columns
}
