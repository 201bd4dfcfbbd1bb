/** Rows of a block with given cells: columns that are not given are solved for. */
import type { Probe } from './probe.ts'

/** Rows that are tried. */
const MOST_ROWS = 400
const MOST_DEPTH = 24

/**
 * Sets cells of a probe so that more and more constraints are satisfied. `given` cells stay.
 *
 * @returns whether a row was found that is as wanted; the probe is left with what it had
 */
export function completes(probe: Probe, given: ReadonlySet<number>, isWanted: () => boolean): boolean {
  let rows = 0
  const touched = new Set<number>()
  const search = (): boolean => {
    if (++rows > MOST_ROWS) return false
    const { broken } = probe
    if (broken === undefined) return isWanted()
    if (touched.size >= MOST_DEPTH) return false
    for (const column of probe.columnsOf(broken)) {
      if (given.has(column) || touched.has(column)) continue
      touched.add(column)
      for (const root of probe.rootsOf(broken, column)) {
        const before = probe.set(column, root)
        const isFound = search()
        probe.set(column, before)
        if (isFound) return true
      }
      touched.delete(column)
    }
    return false
  }
  return search()
}
