/** Settles which half of a pair is the low one, so that bitwise operations find their operands the right way round. */
import type { Pair, PairGraph } from './graph.ts'

const isBitwise = ({ kind }: Pair): boolean => kind === 'and' || kind === 'or' || kind === 'xor'

/**
 * Turns pairs that are not fixed until they agree with their neighbours. Where that cannot be had, an operand is turned
 * when it is used.
 */
export function orient(graph: PairGraph, pairs: readonly Pair[]): void {
  const neighbours = new Map<Pair, Pair[]>()
  const link = (one: Pair, other: Pair): void => {
    const list = neighbours.get(one)
    if (list === undefined) neighbours.set(one, [other])
    else list.push(other)
  }
  for (const pair of pairs) {
    if (!isBitwise(pair)) continue
    for (const operand of pair.operands) {
      const supplier = graph.supply(operand, false)
      if (supplier === undefined) continue
      link(pair, supplier)
      link(supplier, pair)
    }
  }
  const settled = new Set<Pair>()
  const spread = (start: Pair): void => {
    const work = [start]
    settled.add(start)
    for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
      for (const next of neighbours.get(pair) ?? []) {
        if (settled.has(next)) continue
        settled.add(next)
        if (!next.fixed && !agrees(pair, next)) turn(next)
        work.push(next)
      }
    }
  }
  for (const pair of pairs) if (pair.fixed && !settled.has(pair)) spread(pair)
  for (const pair of pairs) if (!settled.has(pair)) spread(pair)
}

/** Of two neighbours one is an operand of the other. */
function agrees(one: Pair, other: Pair): boolean {
  const delivers = (operation: Pair, operand: Pair): boolean =>
    isBitwise(operation) && operation.operands.some(({ low, high }) => low === operand.low && high === operand.high)
  return delivers(one, other) || delivers(other, one)
}

function turn(pair: Pair): void {
  ;[pair.low, pair.high] = [pair.high, pair.low]
  pair.operands = pair.operands.map(({ low, high }) => ({ low: high, high: low }))
}
