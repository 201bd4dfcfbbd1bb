/** The order in which the page has the nodes of a profile: what belongs to a node follows it, the dearest first. */
import type { GuestProfile } from '../../guest-profile.ts'

export interface PageOrder {
  /** Nodes of the profile: a caller, then the first of its callees with all of theirs, then the next callee. */
  readonly node: Uint32Array
  /** Of the node at the same place; 0 of the root. */
  readonly depth: Uint32Array
}

/** What nodes cost in trace cells, callees included. */
function totalCells({ nodes, costs }: GuestProfile): Float64Array {
  const total = new Float64Array(nodes.parent.length)
  for (const [row, node] of costs.node.entries()) total[node]! += costs.cells[row]!
  for (let node = total.length - 1; node > 0; node--) total[nodes.parent[node]!]! += total[node]!
  return total
}

export function pageOrder(profile: GuestProfile): PageOrder {
  const { parent } = profile.nodes
  const total = totalCells(profile)
  const firstChild = new Int32Array(parent.length).fill(-1)
  const next = new Int32Array(parent.length).fill(-1)
  const cheapestFirst = Uint32Array.from(parent.keys()).sort((a, b) => total[a]! - total[b]! || b - a)
  for (const node of cheapestFirst) {
    if (node === 0) continue
    next[node] = firstChild[parent[node]!]!
    firstChild[parent[node]!] = node
  }
  const ordered = new Uint32Array(parent.length)
  const depth = new Uint32Array(parent.length)
  let [node, level] = [0, 0]
  for (let place = 0; place < parent.length; place++) {
    ordered[place] = node
    depth[place] = level
    if (firstChild[node]! >= 0) {
      node = firstChild[node]!
      level++
      continue
    }
    while (node > 0 && next[node]! < 0) {
      node = parent[node]!
      level--
    }
    if (node > 0) node = next[node]!
  }
  return { node: ordered, depth }
}
