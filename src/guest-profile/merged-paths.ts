/** Paths that calls and jumps led to as one, where they are of the same function below the same caller. */
import type { CallCounts } from '../modes/calls/counts.ts'

/** For whoever reads a profile it is one place in the tree, entered in two ways. */
export function mergedPaths(counts: CallCounts): CallCounts {
  const { functions, paths, contexts } = counts
  if (!paths.isTail.includes(1)) return counts
  const count = paths.parent.length
  const byPlace = new Map<number, number>()
  const mergedInto = new Int32Array(count)
  const parent = new Int32Array(count)
  const of = new Int32Array(count)
  const isTail = new Uint8Array(count)
  let kept = 0
  for (let path = 0; path < count; path++) {
    const above = paths.parent[path]! < 0 ? -1 : mergedInto[paths.parent[path]!]!
    // -2 is the least that stands for a function.
    const place = (above + 1) * (functions.length + 2) + paths.function[path]! + 2
    const known = byPlace.get(place)
    if (known !== undefined) {
      mergedInto[path] = known
      continue
    }
    byPlace.set(place, kept)
    mergedInto[path] = kept
    parent[kept] = above
    of[kept] = paths.function[path]!
    isTail[kept] = paths.isTail[path]!
    kept++
  }
  return {
    ...counts,
    paths: { parent: parent.slice(0, kept), function: of.slice(0, kept), isTail: isTail.slice(0, kept) },
    contexts: { ...contexts, path: contexts.path.map(path => mergedInto[path]!) },
  }
}
