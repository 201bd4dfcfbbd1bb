/** Decides which blocks become roots so that every region has a single entry (docs/codegen.md, "Regions"). */
import type { Graph } from '../program/program.ts'
import { successors } from '../program/successors.ts'

export interface RegionLimits {
  /**
   * A block that several regions reach is duplicated when it has at most this many instructions; otherwise it becomes a
   * root.
   */
  readonly duplicateUpTo: number
  /**
   * Instructions in one region, at least a block's; also the least budget with which native code goes on past a stop
   * test.
   */
  readonly regionSize: number
  /** Loops in one region: C compilers reason about chains of loops in one function at more than quadratic cost. */
  readonly loops: number
}

export const defaultLimits: RegionLimits = { duplicateUpTo: 12, regionSize: 4000, loops: 16 }

/** Copies of one block that duplication may make before it becomes a root after all. */
const MAX_COPIES = 4

/**
 * Walks the region of one root: calls `visit` for each block in depth-first order and stops at roots. `visit` returns
 * false to leave the block out (it has just become a root).
 */
export function walkRegion(
  isRoot: Uint8Array,
  root: number,
  next: readonly (readonly number[])[],
  visit: (id: number) => boolean,
): void {
  const stack = [root]
  while (stack.length > 0) {
    const id = stack.pop()!
    if (id !== root && isRoot[id]) continue
    if (!visit(id)) continue
    for (const successor of next[id]!) if (!isRoot[successor]) stack.push(successor)
  }
}

/**
 * 1 for each block that is the target of a transfer from itself or a later block: where compiled code has its loops.
 */
function backwardTargets(next: readonly (readonly number[])[]): Uint8Array {
  const targets = new Uint8Array(next.length)
  for (let id = 0; id < next.length; id++) for (const target of next[id]!) if (target <= id) targets[target] = 1
  return targets
}

/** What a profile adds: blocks that were never executed (1) do not share regions with those that were (0). */
export interface Temperature {
  readonly cold: Uint8Array
}

/** Where regions start and what they do not reach into. */
interface Borders {
  readonly next: readonly (readonly number[])[]
  /** 1 for blocks that regions start at; grows. */
  readonly entries: Uint8Array
  /** Further blocks in front of which the region of `root` stops. */
  readonly stops: (id: number, root: number) => boolean
}

/**
 * Makes entries of blocks until every block that is no entry belongs to one region, or is small enough to be copied.
 */
function settle({ blocks }: Graph, limits: RegionLimits, { next, entries, stops }: Borders): void {
  const isLoop = backwardTargets(next)
  const stamp = new Int32Array(blocks.length)
  const copies = new Uint8Array(blocks.length)
  for (let changed = true; changed;) {
    changed = false
    stamp.fill(-1)
    copies.fill(0)
    for (let root = 0; root < blocks.length; root++) {
      if (!entries[root]) continue
      let size = 0
      let loops = 0
      walkRegion(entries, root, next, id => {
        if (stamp[id] === root || (id !== root && stops(id, root))) return false
        const block = blocks[id]!
        const shared = copies[id]! > 0 && (block.count > limits.duplicateUpTo || copies[id]! >= MAX_COPIES)
        if (
          id !== root &&
          (shared || size + block.count > limits.regionSize || (isLoop[id] === 1 && loops >= limits.loops))
        ) {
          entries[id] = 1
          changed = true
          return false
        }
        stamp[id] = root
        copies[id]!++
        size += block.count
        loops += isLoop[id]!
        return true
      })
    }
  }
}

/**
 * Grows the graph's set of roots until every block that is no root belongs to one region, or is small enough to be
 * copied. Returns all roots. With a profile, a cold block behind one that was executed is a root; what was executed is
 * no root for the sake of cold blocks that lead to it.
 */
export function settleRoots(graph: Graph, limits: RegionLimits = defaultLimits, temperature?: Temperature): Uint8Array {
  const isRoot = graph.isRoot.slice()
  const next = graph.blocks.map(successors)
  const cold = temperature?.cold
  if (cold !== undefined)
    for (const [id, targets] of next.entries())
      if (cold[id] === 0) for (const target of targets) if (cold[target] === 1) isRoot[target] = 1
  settle(graph, limits, {
    next,
    entries: isRoot,
    stops: cold === undefined ? () => false : (id, root) => cold[id] !== cold[root],
  })
  return isRoot
}

/**
 * Blocks inside of executed regions that cold code leads back to: 1 for each that needs a region of its own, so that
 * the region keeps its single entry. `stops`: roots and what has a resume region already.
 */
export function settleReturns(
  graph: Graph,
  limits: RegionLimits,
  { cold }: Temperature,
  stops: (id: number) => boolean,
): Uint8Array {
  const next = graph.blocks.map(successors)
  const entries = new Uint8Array(graph.blocks.length)
  for (const [id, targets] of next.entries())
    if (cold[id] === 1) for (const target of targets) if (cold[target] === 0 && !stops(target)) entries[target] = 1
  settle(graph, limits, { next, entries, stops })
  return entries
}
