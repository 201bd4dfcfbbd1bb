/** The nodes of a tree in the order in which a walk enters them: a node's whole subtree follows it. */

/** @param parent -1 for the root, node 0; parents come before children, which keep their order */
export function depthFirst(parent: Int32Array): Uint32Array {
  const sizes = new Uint32Array(parent.length).fill(1)
  for (let node = parent.length - 1; node > 0; node--) sizes[parent[node]!]! += sizes[node]!
  const order = new Uint32Array(parent.length)
  /** Of each node: where its next child goes. */
  const next = new Uint32Array(parent.length).fill(1)
  for (let node = 1; node < parent.length; node++) {
    const place = next[parent[node]!]!
    order[place] = node
    next[parent[node]!] = place + sizes[node]!
    next[node] = place + 1
  }
  return order
}
