/** A walk through a profile's tree: each node when it is entered, and when all below it are done. */
import type { ProfileNodes } from '../guest-profile.ts'

/** Child nodes, as lists that are linked by columns; -1 ends one. Children of a node are in their order in the tree. */
export interface ChildLists {
  readonly first: Int32Array
  readonly next: Int32Array
}

export function childLists({ parent }: Pick<ProfileNodes, 'parent'>): ChildLists {
  const first = new Int32Array(parent.length).fill(-1)
  const next = new Int32Array(parent.length).fill(-1)
  for (let node = parent.length - 1; node > 0; node--) {
    next[node] = first[parent[node]!]!
    first[parent[node]!] = node
  }
  return { first, next }
}

/** From the root down. No recursion: trees are a thousand nodes deep and more. */
export function walk(
  nodes: Pick<ProfileNodes, 'parent'>,
  { enter, leave }: { readonly enter: (node: number) => void; readonly leave: (node: number) => void },
): void {
  const { parent } = nodes
  const { first, next } = childLists(nodes)
  let node = parent.length === 0 ? -1 : 0
  while (node >= 0) {
    enter(node)
    if (first[node]! >= 0) {
      node = first[node]!
      continue
    }
    leave(node)
    while (node >= 0 && next[node]! < 0) {
      node = parent[node]!
      if (node >= 0) leave(node)
    }
    if (node >= 0) node = next[node]!
  }
}
