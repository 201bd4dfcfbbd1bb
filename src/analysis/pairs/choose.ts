/** Which pairs are worth computing in 64 bits. */
import type { Pair, PairGraph, PairKind } from './graph.ts'

/** Instructions that a pair saves against its two halves, and what putting halves together costs. */
const gains: Readonly<Record<PairKind, number>> = {
  combine: -2,
  load: 0.5,
  extend: 0,
  extendSigned: 0,
  and: 1,
  or: 1,
  xor: 1,
  rotate: 5,
  left: 3,
  right: 3,
  rightSigned: 3,
  add: 1.5,
  sub: 1.5,
  mul: 2,
  mulSigned: 2,
  mulMixed: 2,
}
/** Does it put together what others compute? */
export const isLeaf = ({ kind }: Pair): boolean =>
  kind === 'combine' || kind === 'load' || kind === 'extend' || kind === 'extendSigned'
const isBitwise = ({ kind }: Pair): boolean => kind === 'and' || kind === 'or' || kind === 'xor'

/** Is the value needed as 32 bits, by something that no pair computes? */
export function isNeeded(graph: PairGraph, value: number, computed: ReadonlySet<Pair>): boolean {
  const { values, pairOf, helper } = graph
  if (values.needed[value] === 1) return true
  return values.users[value]!.some(
    user => helper[user] !== 1 && !(pairOf[user] !== undefined && computed.has(pairOf[user]) && !isLeaf(pairOf[user])),
  )
}

/** The last of the instructions that compute the halves. */
export const completeAt = ({ values }: PairGraph, { low, high }: Pair): number =>
  Math.max(low < 0 ? -1 : values.definedAt[low]!, high < 0 ? -1 : values.definedAt[high]!)

/** The pairs to compute, each behind its operands. */
export function choose(graph: PairGraph): Pair[] {
  const order = graph.pairs
    .filter(pair => !pair.forgotten)
    .map((pair, index) => ({ pair, at: completeAt(graph, pair), index }))
    .toSorted((a, b) => a.at - b.at || a.index - b.index)
    .map(({ pair }) => pair)
  const suppliers = (pair: Pair): Pair[] =>
    pair.operands.map(operand => graph.supply(operand, false)).filter(supplier => supplier !== undefined)
  const uses = new Map<Pair, number>()
  for (const pair of order) for (const supplier of suppliers(pair)) uses.set(supplier, (uses.get(supplier) ?? 0) + 1)
  for (const pair of order) {
    // Two halves put together twice for one operation: better to put its results together.
    if (
      isBitwise(pair) &&
      suppliers(pair).length === 2 &&
      suppliers(pair).every(supplier => supplier.kind === 'combine' && uses.get(supplier) === 1)
    ) {
      pair.kind = 'combine'
      pair.operands = []
    }
  }
  // Only what something uses.
  const demanded = new Set<Pair>()
  const computed = new Set(order)
  for (const pair of order.toReversed()) {
    if (
      isLeaf(pair)
        ? !demanded.has(pair)
        : !demanded.has(pair) && ![pair.low, pair.high].some(half => half >= 0 && isNeeded(graph, half, computed))
    )
      continue
    demanded.add(pair)
    for (const supplier of suppliers(pair)) demanded.add(supplier)
  }
  const wanted = order.filter(pair => demanded.has(pair))
  const component = new Map<Pair, Pair>()
  const rootOf = (pair: Pair): Pair => {
    let root = pair
    for (let next = component.get(root); next !== undefined; next = component.get(root)) root = next
    if (root !== pair) component.set(pair, root)
    return root
  }
  const score = new Map<Pair, number>()
  for (const pair of wanted) {
    for (const supplier of suppliers(pair)) {
      const one = rootOf(pair)
      const other = rootOf(supplier)
      if (one !== other) component.set(one, other)
    }
  }
  for (const pair of wanted) {
    const root = rootOf(pair)
    let gain = gains[pair.kind]
    if (!isLeaf(pair) && pair.high >= 0 && isNeeded(graph, pair.high, computed)) gain--
    score.set(root, (score.get(root) ?? 0) + gain)
  }
  return wanted.filter(pair => score.get(rootOf(pair))! > 0)
}
