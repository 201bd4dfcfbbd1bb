/** How often blocks and the ways between them are taken, from the counts of a profile. */
import type { Block, Graph } from '../program/program.ts'
import { slotOf } from '../program/slots.ts'
import type { Stretch } from '../profile/counts.ts'
import { successors } from '../program/successors.ts'

/**
 * What a profile says about a graph. It is a guess about other runs: whoever uses it decides how code looks, never what
 * it does.
 */
export interface Frequencies {
  /** Executions by block. */
  readonly blocks: Float64Array
  /** 1 for blocks that were never executed, short detours inside of executed code left out. */
  readonly cold: Uint8Array
  /** Executions of the way from block `from` to `to`, which is one of its successors. */
  edge(from: number, to: number): number
  /** Share of the executions of a block's branch that take it; undefined where the counts do not say. */
  taken(id: number): number | undefined
}

interface Edge {
  readonly from: number
  readonly to: number
  /** The number of executions lies between these. */
  low: number
  high: number
}

/** Counts of neighbours decide most edges at once; each further pass carries what is known a block on. */
const PASSES = 12
/** Instructions of a block that may become a conditional move, and costs next to nothing in line. */
const SHORT = 8
/** The counts say nothing about a branch whose share of taken executions may lie in a wider range. */
const WIDEST_RANGE = 0.2

function slotCounts({ program }: Graph, stretches: readonly Stretch[]): Float64Array {
  const counts = new Float64Array(program.instrs.length)
  for (const { pc, instructions, count } of stretches) {
    const first = slotOf(program, pc)
    counts.fill(count, Math.max(first, 0), Math.max(first + instructions, 0))
  }
  return counts
}

/** The slot of a block's last instruction; its first slot where it has none. */
function lastSlot({ program: { instrs } }: Graph, { first, behind }: Block): number {
  let slot = behind - 1
  while (slot > first && instrs[slot] === undefined) slot--
  return Math.max(slot, first)
}

/**
 * Counts of blocks bound the counts of edges: what leaves a block is what entered it, and a block that is no root is
 * entered by edges alone. Counts that contradict each other, as those of no run do, give bounds that mean nothing and
 * harm nothing.
 */
export function frequenciesOf(graph: Graph, stretches: readonly Stretch[]): Frequencies {
  const counts = slotCounts(graph, stretches)
  const blocks = Float64Array.from(graph.blocks, ({ first }) => counts[first] ?? 0)
  const leaving = graph.blocks.map(block => counts[lastSlot(graph, block)] ?? 0)
  const out: Edge[][] = graph.blocks.map(block =>
    [...new Set(successors(block))].map(to => ({
      from: block.id,
      to,
      low: 0,
      high: Math.min(leaving[block.id]!, blocks[to]!),
    })),
  )
  const into: Edge[][] = graph.blocks.map(() => [])
  for (const edge of out.flat()) if (blocks[edge.from]! > 0 && blocks[edge.to]! > 0) into[edge.to]!.push(edge)
  for (let pass = 0; pass < PASSES; pass++) {
    let changed = false
    for (const { id, end } of graph.blocks) {
      if (blocks[id] === 0) continue
      // A branch one way of which leads out of the program: nothing is known about that way.
      if (end.kind !== 'branch' || (end.taken !== undefined && end.next !== undefined))
        changed = narrow(out[id]!, leaving[id]!, true) || changed
      changed = narrow(into[id]!, blocks[id]!, graph.isRoot[id] === 0) || changed
    }
    if (!changed) break
  }
  const find = (from: number, to: number | undefined): Edge | undefined => out[from]!.find(edge => edge.to === to)
  return {
    blocks,
    cold: Uint8Array.from(graph.blocks, ({ id, count }) => {
      const targets = successors(graph.blocks[id]!)
      const isDetour =
        graph.isRoot[id] === 0 &&
        count <= SHORT &&
        targets.length > 0 &&
        targets.every(target => blocks[target]! > 0 && graph.isRoot[target] === 0)
      return blocks[id]! > 0 || isDetour ? 0 : 1
    }),
    edge(from, to) {
      const edge = find(from, to)
      return edge === undefined ? 0 : (edge.low + edge.high) / 2
    },
    taken(id) {
      const { end } = graph.blocks[id]!
      const all = leaving[id]!
      if (end.kind !== 'branch' || all === 0) return undefined
      const edge = find(id, end.taken)
      if (edge === undefined || edge.high - edge.low > WIDEST_RANGE * all) return undefined
      return Math.min((edge.low + edge.high) / 2 / all, 1)
    },
  }
}

/** Narrows the bounds of edges that have `total` executions together, or that and no more. */
function narrow(edges: readonly Edge[], total: number, isAll: boolean): boolean {
  let changed = false
  for (const edge of edges) {
    let low = 0
    let high = 0
    for (const other of edges) {
      if (other === edge) continue
      low += other.low
      high += other.high
    }
    const least = isAll ? Math.min(Math.max(edge.low, total - high), edge.high) : edge.low
    const most = Math.max(Math.min(edge.high, total - low), least)
    if (least === edge.low && most === edge.high) continue
    edge.low = least
    edge.high = most
    changed = true
  }
  return changed
}
