/** The constraints of an AIR at one point, its own and those of its sums, joined by powers of λ (§4, §5). */
import { inverse, lift, minus, ONE, opposite, plus, raised, scaled, times, ZERO, type K } from './extension.ts'
import { inverse as inverseInField, mul, root } from './field.ts'
import { OP, type Node } from './degrees.ts'
import type { Air } from './key.ts'

/** What columns and selectors are at the point. */
export interface Point {
  readonly main: readonly K[]
  readonly mainNext: readonly K[]
  readonly fixed: readonly K[]
  readonly fixedNext: readonly K[]
  readonly first: K
  readonly last: K
  readonly trans: K
}

/** `first`, `last` and `trans` of a table of 2^k rows at x, which is in no row's place. */
export function selectors(k: number, x: K): Pick<Point, 'first' | 'last' | 'trans'> {
  const rows = 2 ** k
  const lastPlace = inverseInField(root(k))
  const vanishing = minus(raised(x, rows), ONE)
  const trans = minus(x, lift(lastPlace))
  const perRow = inverseInField(rows)
  return {
    first: times(scaled(vanishing, perRow), inverse(minus(x, ONE))),
    last: times(scaled(vanishing, mul(perRow, lastPlace)), inverse(trans)),
    trans,
  }
}

export function nodeValues(nodes: readonly Node[], point: Point, publics: readonly number[]): K[] {
  const values: K[] = []
  for (const { op, a, b } of nodes) {
    if (op === OP.constant) values.push(lift(a))
    else if (op === OP.main) values.push((b === 0 ? point.main : point.mainNext)[a]!)
    else if (op === OP.fixed) values.push((b === 0 ? point.fixed : point.fixedNext)[a]!)
    else if (op === OP.public) values.push(lift(publics[a]!))
    else if (op === OP.first) values.push(point.first)
    else if (op === OP.last) values.push(point.last)
    else if (op === OP.trans) values.push(point.trans)
    else if (op === OP.add) values.push(plus(values[a]!, values[b]!))
    else if (op === OP.sub) values.push(minus(values[a]!, values[b]!))
    else if (op === OP.mul) values.push(times(values[a]!, values[b]!))
    else values.push(opposite(values[a]!))
  }
  return values
}

export interface Challenges {
  readonly alpha: K
  readonly beta: K
}

/** D_c and M_c of each chunk. */
export function fractions(air: Air, values: readonly K[], { alpha, beta }: Challenges): { over: K; under: K }[] {
  const terms = air.interactions.map(({ bus, receives, count, fields }) => {
    let under = plus(alpha, lift(256 * bus + fields.length))
    let power = ONE
    for (const field of fields) {
      power = times(power, beta)
      under = plus(under, times(power, values[field]!))
    }
    return { over: receives ? opposite(values[count]!) : values[count]!, under }
  })
  return Array.from({ length: air.chunks }, (_, chunk) => {
    const members = terms.filter((_term, index) => air.places[index] === chunk)
    const product = (list: readonly { readonly under: K }[]): K =>
      list.reduce((sum, { under }) => times(sum, under), ONE)
    const over = members
      .map(member => times(member.over, product(members.filter(other => other !== member))))
      .reduce(plus, ZERO)
    return { over, under: product(members) }
  })
}

/** What the sum table says at the point: φ_0 …, s; s at the next row; and S/n. */
export interface Sums {
  readonly columns: readonly K[]
  readonly next: K
  readonly perRow: K
}

/** acc: Horner over all constraints in order. */
export function accumulated(
  air: Air,
  values: readonly K[],
  { sums, lambda, ...challenges }: Challenges & { readonly lambda: K; readonly sums: Sums | undefined },
): K {
  const all = air.constraints.map(root => values[root]!)
  if (sums !== undefined) {
    const chunks = fractions(air, values, challenges)
    const phis = sums.columns.slice(0, -1)
    for (const [index, { over, under }] of chunks.slice(0, -1).entries())
      all.push(minus(times(phis[index]!, under), over))
    const rest = minus(plus(minus(sums.next, sums.columns.at(-1)!), sums.perRow), phis.reduce(plus, ZERO))
    const { over, under } = chunks.at(-1)!
    all.push(minus(times(rest, under), over))
  }
  return all.reduce((acc, value) => plus(times(acc, lambda), value), ZERO)
}
