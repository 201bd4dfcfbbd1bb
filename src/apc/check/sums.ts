/** Polynomials multiplied out, a coefficient for each product of columns: they are equal if they are the same. */
import type { Expression } from '../../air/expression.ts'
import { P, add, inverse, multiply } from '../../air/field.ts'

/** Ids of columns, ascending, each as often as it is a factor. */
type Product = readonly number[]

export interface Term {
  readonly product: Product
  readonly times: number
}

/** Terms by their product's key; none is 0. */
export interface Sum {
  readonly terms: ReadonlyMap<string, Term>
  readonly columns: ReadonlySet<number>
}

/** Values of columns that are replaced. */
export type Replaced = ReadonlyMap<number, Sum>

export const summed = (terms: ReadonlyMap<string, Term>): Sum => ({
  terms,
  columns: new Set([...terms.values()].flatMap(({ product }) => product)),
})

export const constantSum = (value: number): Sum =>
  summed(new Map(value === 0 ? [] : [['', { product: [], times: value }]]))

export const columnSum = (id: number): Sum => summed(new Map([[`${id}`, { product: [id], times: 1 }]]))

function gather(terms: Map<string, Term>, product: Product, times: number): void {
  const key = product.join()
  const value = add(terms.get(key)?.times ?? 0, times)
  if (value === 0) terms.delete(key)
  else terms.set(key, { product, times: value })
}

/** a + times · b */
export function plusTimes(a: Sum, b: Sum, times: number): Sum {
  if (times === 0 || b.terms.size === 0) return a
  const terms = new Map(a.terms)
  for (const term of b.terms.values()) gather(terms, term.product, multiply(term.times, times))
  return summed(terms)
}

export const difference = (a: Sum, b: Sum): Sum => plusTimes(a, b, P - 1)

export function productOf(a: Sum, b: Sum): Sum {
  const terms = new Map<string, Term>()
  for (const left of a.terms.values()) {
    for (const right of b.terms.values()) {
      const product = [...left.product, ...right.product].toSorted((x, y) => x - y)
      gather(terms, product, multiply(left.times, right.times))
    }
  }
  return summed(terms)
}

export const scaledSum = (a: Sum, times: number): Sum => plusTimes(constantSum(0), a, times)

export const isZero = ({ terms }: Sum): boolean => terms.size === 0

export const constantOf = ({ terms }: Sum): number => terms.get('')?.times ?? 0

export const isConstant = ({ columns }: Sum): boolean => columns.size === 0

/** The value of a sum without columns. */
export const knownValue = (of: Sum): number | undefined => (isConstant(of) ? constantOf(of) : undefined)

/** Sums with the same key are equal. */
export const keyOfSum = ({ terms }: Sum): string =>
  [...terms]
    .map(([key, { times }]) => `${key}:${times}`)
    .toSorted()
    .join(' ')

export const isLinear = ({ terms }: Sum): boolean => [...terms.values()].every(({ product }) => product.length < 2)

/** As coefficient · column + rest; undefined where the column has a square. */
export function partsBy(of: Sum, column: number): { readonly coefficient: Sum; readonly rest: Sum } | undefined {
  const [coefficient, rest] = [new Map<string, Term>(), new Map<string, Term>()]
  for (const { product, times } of of.terms.values()) {
    const at = product.indexOf(column)
    if (at < 0) gather(rest, product, times)
    else if (product[at + 1] === column) return undefined
    else gather(coefficient, product.toSpliced(at, 1), times)
  }
  return { coefficient: summed(coefficient), rest: summed(rest) }
}

export function replaced(of: Sum, values: Replaced): Sum {
  const isIn = (column: number): boolean => values.has(column)
  if (![...of.columns].some(isIn)) return of
  const kept = new Map<string, Term>()
  let sum = constantSum(0)
  for (const { product, times } of of.terms.values()) {
    if (!product.some(isIn)) gather(kept, product, times)
    else {
      const own = product.reduce((all, column) => productOf(all, values.get(column) ?? columnSum(column)), ONE_SUM)
      sum = plusTimes(sum, own, times)
    }
  }
  return plusTimes(summed(kept), sum, 1)
}

export const ONE_SUM = constantSum(1)

/** What `a` has to be multiplied by to be `b`; undefined where it is no multiple. */
export function ratio(a: Sum, b: Sum): number | undefined {
  const [first] = a.terms
  if (first === undefined || a.terms.size !== b.terms.size) return undefined
  const other = b.terms.get(first[0])
  if (other === undefined) return undefined
  const times = multiply(other.times, inverse(first[1].times))
  return isZero(plusTimes(b, a, P - times)) ? times : undefined
}

/** Reads expressions, with values for some columns. */
export function sumReader(values: Replaced): (of: Expression) => Sum {
  const known = new Map<Expression, Sum>()
  const read = (of: Expression): Sum => {
    let sum = known.get(of)
    if (sum === undefined) known.set(of, (sum = made(of)))
    return sum
  }
  const made = (of: Expression): Sum => {
    if ('left' in of) {
      const [left, right] = [read(of.left), read(of.right)]
      if (of.op === '*') return productOf(left, right)
      return plusTimes(left, right, of.op === '+' ? 1 : P - 1)
    }
    if (of.op === 'constant') return constantSum(of.value)
    return values.get(of.index) ?? columnSum(of.index)
  }
  return read
}

/** Its factors as it is written. */
export const factorsOf = (of: Expression): readonly Expression[] =>
  of.op === '*' ? [...factorsOf(of.left), ...factorsOf(of.right)] : [of]

/** The value where columns have values. */
export function sumValue({ terms }: Sum, at: ReadonlyMap<number, number>): number {
  let value = 0
  for (const { product, times } of terms.values())
    value = add(
      value,
      product.reduce((all, column) => multiply(all, at.get(column)!), times),
    )
  return value
}
