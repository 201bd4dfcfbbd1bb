/** Sums and differences of 64 bits: a low half, its carry or borrow, and the terms that the carry is added to. */
import type { Halves, PairGraph } from './graph.ts'
import { add, sltu, sub, type BlockValues } from './values.ts'

interface Term {
  readonly value: number
  readonly negative: boolean
}

/** What a carry or borrow belongs to: `low = x + z` or `low = x - z`. */
interface Carry {
  readonly low: number
  readonly x: number
  readonly z: number
  readonly kind: 'add' | 'sub'
}

/** More terms than this belong to no pair. */
const MOST_TERMS = 5

/** Adds the pairs of sums and differences, in the order of the block, so that each finds those it builds on. */
export function addCarries(graph: PairGraph): void {
  const { values } = graph
  const terms: (readonly Term[] | undefined)[] = []
  /** Sums that took a carry but left one operand without a high half: a later addition may still bring it. */
  const unfinished: number[] = []
  const termsOf = (value: number, negative: boolean, expand: boolean): readonly Term[] => {
    const known = graph.pairOf[value] === undefined || (expand && unfinished[value] === 1) ? terms[value] : undefined
    if (known === undefined) return [{ value, negative }]
    return negative ? known.map(term => ({ value: term.value, negative: !term.negative })) : known
  }
  for (let value = 0; value < values.count; value++) {
    const op = values.op[value]!
    if (op !== add && op !== sub) continue
    for (const expand of [false, true]) {
      const all = [...termsOf(values.a[value]!, false, expand), ...termsOf(values.b[value]!, op === sub, expand)]
      if (all.length > MOST_TERMS) break
      if (!expand || terms[value] === undefined) terms[value] = all
      const found = solve(graph, all)
      if (found === undefined) continue
      terms[value] = all
      const { carry, term, operands } = found
      if (operands[1]!.high === 0) unfinished[value] = 1
      for (const part of [values.a[value]!, values.b[value]!])
        if (values.users[part]!.length === 1 && (part === term.value || terms[part] !== undefined))
          graph.helper[part] = 1
      const before = graph.pairOf[carry.low]
      if (before !== undefined && unfinished[before.high] === 1) graph.forget(before)
      if (graph.pairOf[value] === undefined && graph.pairOf[carry.low] === undefined)
        graph.add({ kind: carry.kind, low: carry.low, high: value, operands })
      break
    }
  }
}

/** Tries every term as the carry. */
function solve(
  graph: PairGraph,
  terms: readonly Term[],
): { carry: Carry; term: Term; operands: readonly Halves[] } | undefined {
  for (const term of terms) {
    const carry = asCarry(graph.values, term)
    if (carry === undefined) continue
    const operands = operandsOf(
      graph,
      carry,
      terms.filter(other => other !== term),
    )
    if (operands !== undefined) return { carry, term, operands }
  }
  return undefined
}

function asCarry(values: BlockValues, { value, negative }: Term): Carry | undefined {
  if (values.op[value] !== sltu) return undefined
  const p = values.a[value]!
  const q = values.b[value]!
  if (!negative) {
    if (values.op[p] !== add) return undefined
    const one = values.a[p]!
    const two = values.b[p]!
    if (q !== one && q !== two) return undefined
    return { kind: 'add', low: p, x: one, z: two }
  }
  const low = values.find(sub, p, q)
  if (low >= 0) return { kind: 'sub', low, x: p, z: q }
  if (!values.isConstant(q)) return undefined
  const minus = values.findConstant(-values.a[q]!)
  const sum = minus < 0 ? -1 : values.find(add, p, minus)
  return sum >= 0 ? { kind: 'sub', low: sum, x: p, z: q } : undefined
}

/** Gives the high terms to the low operands; undefined where more are left than there are operands. */
function operandsOf(graph: PairGraph, { kind, x, z }: Carry, rest: readonly Term[]): readonly Halves[] | undefined {
  if (kind === 'sub') {
    const plus = rest.filter(term => !term.negative)
    const minus = rest.filter(term => term.negative)
    if (plus.length > 1 || minus.length > 1) return undefined
    return [
      { low: x, high: plus[0]?.value ?? 0 },
      { low: z, high: minus[0]?.value ?? 0 },
    ]
  }
  if (rest.length > 2 || rest.some(term => term.negative)) return undefined
  const highs = rest.map(term => term.value)
  if (highs.length === 2) {
    const [y, w] = highs as [number, number]
    return fit(graph, x, y) + fit(graph, z, w) >= fit(graph, x, w) + fit(graph, z, y)
      ? [
          { low: x, high: y },
          { low: z, high: w },
        ]
      : [
          { low: x, high: w },
          { low: z, high: y },
        ]
  }
  const y = highs[0] ?? 0
  const [first, second] = fit(graph, x, y) >= fit(graph, z, y) ? [x, z] : [z, x]
  return [
    { low: first, high: y },
    { low: second, high: 0 },
  ]
}

/** How well a high half fits a low one. */
function fit({ values, pairOf }: PairGraph, low: number, high: number): number {
  if (values.isConstant(low)) return values.isConstant(high) ? 4 : 0
  const pair = pairOf[low]
  if (pair !== undefined) return pair.high === high || pair.low === high ? 5 : -1
  if (values.adjacent.get(low) === high) return 4
  if (pairOf[high] !== undefined || values.isConstant(high)) return -1
  return values.op[low] === values.op[high] ? 2 : 1
}
