/** What the nodes of a profile spend themselves, with all figures that it has, for formats that hold several. */
import type { GuestProfile } from '../guest-profile.ts'
import type { ProfileUnit } from './format.ts'

export interface Figure {
  readonly name: ProfileUnit | 'memory'
  /** By row. */
  readonly costs: Float64Array
}

/** One row for each node, step and line; memory has rows of its own, which belong to no step and line. */
export interface CostTable {
  /** Ascending. */
  readonly node: Uint32Array
  /** Index of the step, -1 for none. */
  readonly step: Int32Array
  readonly file: Int32Array
  readonly line: Uint32Array
  /** The unit that was asked for, the other one, and memory where it was counted. */
  readonly figures: readonly Figure[]
}

/** Rows of costs, and behind those of a node the one of its memory: indices, the latter from `costs.node.length` on. */
function rowsWithMemory({ nodes, costs }: GuestProfile): number[] {
  const rows: number[] = []
  let row = 0
  for (let node = 0; node < nodes.parent.length; node++) {
    for (; costs.node[row] === node; row++) rows.push(row)
    if (nodes.memory !== undefined && nodes.memory[node]! > 0) rows.push(costs.node.length + node)
  }
  return rows
}

export function costTable(profile: GuestProfile, unit: ProfileUnit): CostTable {
  const { costs, nodes } = profile
  const units: ProfileUnit[] = unit === 'cells' ? ['cells', 'instructions'] : ['instructions', 'cells']
  const figures = units.map((name): Figure => ({ name, costs: costs[name] }))
  if (nodes.memory === undefined) return { ...costs, step: Int32Array.from(costs.step), figures }
  const { memory } = nodes
  const count = costs.node.length
  const rows = rowsWithMemory(profile)
  return {
    node: Uint32Array.from(rows, row => costs.node[row] ?? row - count),
    step: Int32Array.from(rows, row => costs.step[row] ?? -1),
    file: Int32Array.from(rows, row => costs.file[row] ?? -1),
    line: Uint32Array.from(rows, row => costs.line[row] ?? 0),
    figures: [
      ...figures.map(({ name, costs: of }) => ({ name, costs: Float64Array.from(rows, row => of[row] ?? 0) })),
      { name: 'memory', costs: Float64Array.from(rows, row => (row < count ? 0 : memory[row - count]!)) },
    ],
  }
}

/** A figure by node: what it spends itself, and with all below it. */
export interface NodeCosts {
  readonly own: Float64Array
  readonly total: Float64Array
}

/** @param only index of the one step that counts */
export function nodeCosts(parent: Int32Array, table: CostTable, figure: Figure, only?: number): NodeCosts {
  const own = new Float64Array(parent.length)
  for (const [row, cost] of figure.costs.entries())
    if (only === undefined || table.step[row] === only) own[table.node[row]!]! += cost
  const total = own.slice()
  for (let node = parent.length - 1; node > 0; node--) total[parent[node]!]! += total[node]!
  return { own, total }
}
