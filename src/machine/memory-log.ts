/** The log of what was touched since it was last emptied, and the marks of leaves of guest memory. */
import { leafId, MEMORY, PAGE_LEAVES, PAGE_SHIFT } from '../layout/meter.ts'
import { leavesOf, markedLeaves } from './memory-page.ts'
import { isOfPage, touchLeaf, touchPage } from './memory-tree.ts'
import type { MeterArea } from './meter-area.ts'

/** The masks of the marked leaves of a page, whose first leaf is `first`. */
const marksOf = ({ seen }: MeterArea, first: number): [lower: number, upper: number] => [
  markedLeaves(seen, first),
  markedLeaves(seen, first + 32),
]

/** A leaf was touched. Those of guest memory are marked, and logged by their page, if that does not wait in the log. */
export function logLeaf(area: MeterArea, space: number, leaf: number): void {
  if (space === MEMORY) {
    if (area.seen[leaf] !== 0) return
    area.seen[leaf] = 255
  }
  area.set('leaves', area.get('leaves') + 1)
  if (space !== MEMORY) return append(area, leafId(area.layout, space, leaf))
  const page = leaf >>> PAGE_SHIFT
  if (area.pending[page] !== 0) return
  area.pending[page] = 1
  append(area, leafId(area.layout, MEMORY, page << PAGE_SHIFT))
}

function append(area: MeterArea, id: number): void {
  const at = area.get('log_length')
  if (at >= area.layout.log.count) throw new Error('the log of touched leaves is full')
  area.log[at] = id
  area.set('log_length', at + 1)
}

/** Accounts for all entries that the memory tables do not have yet. */
export function accountForLog(area: MeterArea): void {
  const length = area.get('log_length')
  for (let at = area.get('log_done'); at < length; at++) {
    const id = area.log[at]!
    if (!isOfPage(area, id)) touchLeaf(area, id)
    else {
      const first = id & area.layout.leafMask
      area.pending[first >>> PAGE_SHIFT] = 0
      touchPage(area, first >>> PAGE_SHIFT, marksOf(area, first))
    }
  }
  area.set('log_done', length)
}

/** All that was touched since the log was emptied, by identifiers, each once, ascending; nothing has left it. */
export const loggedLeaves = (area: MeterArea): number[] => [...leavesInLog(area)]

function* leavesInLog(area: MeterArea): Generator<number> {
  for (const id of new Set(area.log.slice(0, area.get('log_length')).toSorted())) {
    if (!isOfPage(area, id)) {
      yield id
      continue
    }
    const [lower, upper] = marksOf(area, id & area.layout.leafMask)
    yield* leavesOf(lower, id)
    yield* leavesOf(upper, id + 32)
  }
}

export function forgetLog(area: MeterArea): void {
  const fields = [
    'log_length',
    'log_done',
    'leaves',
    'look_leaves',
    'undo_length',
    'undo_pages_length',
    'host_wrote',
  ] as const
  for (const field of fields) area.set(field, 0)
}

/** Empties the log and clears all marks, by `clearAll` where not all of them are in the log any more. */
export function clearMarks(area: MeterArea, clearAll: () => void = () => area.seen.fill(0)): void {
  if (area.get('drained') === 1) clearAll()
  else
    for (const id of area.log.subarray(0, area.get('log_length')))
      if (isOfPage(area, id)) {
        const first = id & area.layout.leafMask
        area.seen.fill(0, first, first + PAGE_LEAVES)
      }
  area.set('drained', 0)
  forgetLog(area)
}
