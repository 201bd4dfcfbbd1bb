/** Graph → regions: the single-entry pieces that become C functions, and where a stopped run can resume. */
import type { Graph, Region } from '../program/program.ts'
import type { Frequencies } from './frequency.ts'
import { defaultLimits, settleReturns, settleRoots, type RegionLimits } from './ownership.ts'
import { successors } from '../program/successors.ts'

export interface Regions {
  readonly main: readonly Region[]
  readonly resume: readonly Region[]
  /** 1 for each block that is the entry of a main region. */
  readonly isRoot: Uint8Array
  /** 1 for each block that is the entry of a resume region. */
  readonly isResume: Uint8Array
}

/** What walks share: successors, and marks, of which each walk takes the two above its own number. */
interface Walk {
  readonly next: readonly (readonly number[])[]
  readonly mark: Int32Array
  readonly stampBase: number
}

/**
 * Collects one region from `entry`: its blocks in reverse postorder (so that text follows control flow) and its loop
 * headers.
 */
function collect(
  kind: Region['kind'],
  entry: number,
  stop: (id: number) => boolean,
  { next, mark, stampBase }: Walk,
): Region {
  const open = stampBase + 1
  const closed = stampBase + 2
  const headers = new Set<number>()
  const postorder: number[] = []
  const stack: { id: number; index: number }[] = [{ id: entry, index: 0 }]
  mark[entry] = open
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!
    const targets = next[top.id]!
    if (top.index < targets.length) {
      const target = targets[top.index++]!
      // An edge back to the entry stays inside the function even when the entry is a root.
      if (target === entry) headers.add(entry)
      else if (stop(target)) continue
      else if (mark[target] === open) headers.add(target)
      else if (mark[target] !== closed) {
        mark[target] = open
        stack.push({ id: target, index: 0 })
      }
    } else {
      mark[top.id] = closed
      postorder.push(top.id)
      stack.pop()
    }
  }
  return { kind, blocks: postorder.toReversed(), headers }
}

/**
 * Successors by block, the one that is written right behind its block last: the next in the guest's text, or the one
 * that was executed most.
 */
function orderedSuccessors({ blocks }: Graph, frequencies: Frequencies | undefined): (readonly number[])[] {
  const next = blocks.map(successors)
  if (frequencies === undefined) return next
  return next.map((targets, id) => targets.toSorted((a, b) => frequencies.edge(id, a) - frequencies.edge(id, b)))
}

/** Splits the graph into regions; a profile keeps what was never executed apart from what was. */
export function buildRegions(graph: Graph, limits: RegionLimits = defaultLimits, frequencies?: Frequencies): Regions {
  const { blocks } = graph
  const isRoot = settleRoots(graph, limits, frequencies)
  const next = orderedSuccessors(graph, frequencies)
  const mark = new Int32Array(blocks.length)
  const isResume = new Uint8Array(blocks.length)
  let stamp = 0
  const gather = (
    kind: Region['kind'],
    entries: Uint8Array,
    stop: (id: number, entry: number) => boolean,
  ): Region[] => {
    const regions: Region[] = []
    for (let id = 0; id < blocks.length; id++) {
      if (!entries[id]) continue
      regions.push(collect(kind, id, target => stop(target, id), { next, mark, stampBase: stamp }))
      stamp += 2
    }
    return regions
  }
  const cold = frequencies?.cold
  const isApart = (id: number, entry: number): boolean => cold !== undefined && cold[id] !== cold[entry]
  const main = gather('main', isRoot, (id, entry) => isRoot[id] === 1 || isApart(id, entry))
  for (const region of main) for (const header of region.headers) if (!isRoot[header]) isResume[header] = 1
  const resume = gather('resume', isResume, (id, entry) => isRoot[id] === 1 || isResume[id] === 1 || isApart(id, entry))
  if (frequencies === undefined) return { main, resume, isRoot, isResume }
  const isHeader = isResume.slice()
  const returns = settleReturns(graph, limits, frequencies, id => isRoot[id] === 1 || isHeader[id] === 1)
  const again = gather('resume', returns, id => isRoot[id] === 1 || isHeader[id] === 1 || returns[id] === 1)
  for (const [id, entry] of returns.entries()) if (entry === 1) isResume[id] = 1
  return { main, resume: [...resume, ...again].toSorted((a, b) => a.blocks[0]! - b.blocks[0]!), isRoot, isResume }
}
