/** Rows of a block with given cells: columns that are not given are solved for. */
import type { System } from '../system.ts'
import { columnsOf } from '../columns.ts'
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

/** Of each constraint; those come first that few others have, because to change them breaks less. */
function columnsBySystem(system: System): readonly (readonly number[])[] {
  const before = known.get(system)
  if (before !== undefined) return before
  const columns = system.constraints.map(columnsOf)
  const uses = new Map<number, number>()
  for (const column of columns.flat()) uses.set(column, (uses.get(column) ?? 0) + 1)
  const sorted = columns.map(list => list.toSorted((a, b) => uses.get(a)! - uses.get(b)!))
  known.set(system, sorted)
  return sorted
}
