/** Cuts a long list of operations into parts: what compilers take for a function grows faster than the function. */
import type { FlatNode } from '../../air/flat.ts'

/** Operations of one part, about. */
const PART_OPERATIONS = 200

export interface Part {
  /** Results of parts in front of it that it needs. */
  readonly loaded: readonly number[]
  /** What it computes, in order, with the columns and constants for it. */
  readonly computed: readonly number[]
  /** What others need of that. */
  readonly stored: readonly number[]
  /** Indices in `tested` whose nodes are here. */
  readonly tests: readonly number[]
}

export interface InParts {
  readonly parts: readonly Part[]
  /** Where each node is stored that is computed and needed elsewhere. */
  readonly places: ReadonlyMap<number, number>
}

export interface Wanted {
  readonly tested: readonly number[]
  /** Nodes that are wanted behind the last part; columns and constants among them are not computed. */
  readonly kept: readonly number[]
}

type Operation = Extract<FlatNode, { readonly left: number }>

const isOperation = (node: FlatNode): node is Operation => 'left' in node

export function inParts(nodes: readonly FlatNode[], { tested, kept }: Wanted): InParts {
  const partOf = partNumbers(nodes)
  const places = new Map<number, number>()
  const place = (node: number): void => {
    if (!places.has(node)) places.set(node, places.size)
  }
  for (const node of kept) if (isOperation(nodes[node]!) || nodes[node]!.op === 'public') place(node)
  const count = (partOf.at(-1) ?? 0) + 1
  const members = Array.from({ length: count }, () => new Set<number>())
  const loaded = Array.from({ length: count }, () => new Set<number>())
  const need = (part: number, node: number): void => {
    if (!isOperation(nodes[node]!)) members[part]!.add(node)
    else if (partOf[node] !== part) {
      place(node)
      loaded[part]!.add(node)
    }
  }
  for (const [index, node] of nodes.entries()) {
    const part = partOf[index]!
    if (isOperation(node)) {
      need(part, node.left)
      need(part, node.right)
      members[part]!.add(index)
    } else if (places.has(index)) members[part]!.add(index)
  }
  const tests = members.map((): number[] => [])
  for (const [position, node] of tested.entries()) {
    tests[partOf[node]!]!.push(position)
    members[partOf[node]!]!.add(node)
  }
  const parts = members.map((own, part) => ({
    loaded: [...loaded[part]!],
    computed: [...own].toSorted((a, b) => a - b),
    stored: [...own].filter(node => places.has(node) && partOf[node] === part),
    tests: tests[part]!,
  }))
  return { parts, places }
}

function partNumbers(nodes: readonly FlatNode[]): readonly number[] {
  let operations = 0
  return nodes.map(node => Math.floor((isOperation(node) ? operations++ : operations) / PART_OPERATIONS))
}
