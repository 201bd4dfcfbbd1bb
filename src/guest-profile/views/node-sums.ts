/** What the nodes of a profile's tree cost by themselves, and with all below them. */
import type { GuestProfile } from '../guest-profile.ts'
import type { Amount } from './amount.ts'

/** A number for each node. */
export interface NodeColumns {
  readonly instructions: Float64Array
  readonly cells: Float64Array
}

export interface NodeSums {
  /** Without what the node called. */
  readonly self: NodeColumns
  readonly total: NodeColumns
}

/** @param step index of the one step whose costs count; default: all */
export function nodeSums({ nodes: { parent }, costs }: GuestProfile, step?: number): NodeSums {
  const self = { instructions: new Float64Array(parent.length), cells: new Float64Array(parent.length) }
  for (let row = 0; row < costs.node.length; row++) {
    if (step !== undefined && costs.step[row] !== step) continue
    const node = costs.node[row]!
    self.instructions[node]! += costs.instructions[row]!
    self.cells[node]! += costs.cells[row]!
  }
  const total = { instructions: self.instructions.slice(), cells: self.cells.slice() }
  // Parents come before children.
  for (let node = parent.length - 1; node > 0; node--) {
    total.instructions[parent[node]!]! += total.instructions[node]!
    total.cells[parent[node]!]! += total.cells[node]!
  }
  return { self, total }
}

export const amountAt = ({ instructions, cells }: NodeColumns, node: number): Amount => ({
  instructions: instructions[node]!,
  cells: cells[node]!,
})
