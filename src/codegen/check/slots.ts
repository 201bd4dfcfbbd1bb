/** The order in which polynomials are evaluated, and where each value is kept until its last use. */
import type { FlatNode } from '../../air/flat.ts'

export interface Wanted {
  /** Nodes that are tested. */
  readonly tested: readonly number[]
  /** Nodes whose values are wanted behind the last step; columns and constants among them are known without one. */
  readonly said: readonly number[]
}

/** A node is computed, or tested: by the test's place in `tested`. */
export interface Step {
  readonly node: number
  readonly tests?: number | undefined
}

export interface Slots {
  readonly order: readonly Step[]
  /** Of the nodes that are computed. A tested product that nothing else needs is not: its factors are tested. */
  readonly slots: ReadonlyMap<number, number>
  readonly count: number
}

/** Slots of wanted values are the first ones; the others are used again and again, so that they stay in near caches. */
export function slotsOf(nodes: readonly FlatNode[], { tested, said }: Wanted): Slots {
  const isTestedAlone = testedAlone(nodes, { tested, said })
  const order = orderOf(nodes, tested, isTestedAlone)
  const lastUses = new Map<number, number>()
  for (const [at, step] of order.entries())
    for (const node of usedBy(step, nodes, isTestedAlone)) lastUses.set(node, at)

  const slots = new Map<number, number>()
  for (const node of said) if (isComputed(nodes[node]!) && !slots.has(node)) slots.set(node, slots.size)
  const isSaid = new Set(slots.keys())
  let count = slots.size
  const free: number[] = []
  for (const [at, step] of order.entries()) {
    const ending = new Set(usedBy(step, nodes, isTestedAlone))
    for (const node of ending) {
      const slot = slots.get(node)
      if (slot !== undefined && lastUses.get(node) === at && !isSaid.has(node)) free.push(slot)
    }
    if (step.tests === undefined && !isSaid.has(step.node)) slots.set(step.node, free.pop() ?? count++)
  }
  return { order, slots, count }
}

const isComputed = ({ op }: FlatNode): boolean => op !== 'column' && op !== 'constant'

/** Products that are tested and no more: one of the factors has to be 0, so nobody multiplies them. */
function testedAlone(nodes: readonly FlatNode[], { tested, said }: Wanted): (node: number) => boolean {
  const needed = new Set(said)
  for (const node of nodes) if ('left' in node) needed.add(node.left).add(node.right)
  const alone = tested.filter(index => {
    const node = nodes[index]!
    if (node.op !== '*' || needed.has(index)) return false
    return [node.left, node.right].every(factor => nodes[factor]!.op !== 'constant')
  })
  const found = new Set(alone)
  return node => found.has(node)
}

function orderOf(
  nodes: readonly FlatNode[],
  tested: readonly number[],
  isTestedAlone: (node: number) => boolean,
): readonly Step[] {
  const tests = new Map<number, number[]>()
  for (const [position, node] of tested.entries()) tests.set(node, [...(tests.get(node) ?? []), position])
  return nodes.flatMap((of, node): Step[] => {
    const own = (tests.get(node) ?? []).map(position => ({ node, tests: position }))
    const isNumber = of.op === 'constant' && own.length > 0
    return isNumber || (isComputed(of) && !isTestedAlone(node)) ? [{ node }, ...own] : own
  })
}

function usedBy(
  { node, tests }: Step,
  nodes: readonly FlatNode[],
  isTestedAlone: (node: number) => boolean,
): readonly number[] {
  if (tests !== undefined && !isTestedAlone(node)) return [node]
  const of = nodes[node]!
  return 'left' in of ? [of.left, of.right] : []
}
