/** What an optimised system says of its rows in one case: constraints, lookups, and bounds that follow from them. */
import { inverse, multiply, subtract } from '../../air/field.ts'
import {
  columnSum,
  constantOf,
  constantSum,
  difference,
  isConstant,
  isLinear,
  isZero,
  partsBy,
  plusTimes,
  ratio,
  replaced,
  scaledSum,
  summed,
  sumReader,
  factorsOf,
  type Replaced,
  type Sum,
} from './sums.ts'
import {
  added,
  boundsOf,
  common,
  elementOf,
  multiplied,
  signed,
  termwise,
  type Bounds,
  type Interval,
} from './intervals.ts'
import { outputsOf } from './outputs.ts'
import { boundedFields, isRefused, zerosOf, type Sent } from './sent.ts'
import type { System } from '../../air/system.ts'

interface Parts {
  /** Of each, one factor at least is 0. */
  readonly products: readonly (readonly Sum[])[]
  /** Lookups, and blocks that others sent. */
  readonly messages: readonly Sent[]
  /** None of them is 0. */
  readonly nonzero: readonly Sum[]
}

/** Sums with bounds that are taken off another one to bound it. */
const DEPTH = 2

export class Premises {
  readonly products: readonly (readonly Sum[])[]
  readonly messages: readonly Sent[]
  readonly nonzero: readonly Sum[]
  /** No row is like that. */
  readonly isImpossible: boolean
  #known: Bounds | undefined

  constructor({ products, messages, nonzero }: Parts) {
    this.messages = messages
    this.nonzero = nonzero
    const left: (readonly Sum[])[] = []
    let isImpossible = nonzero.some(isZero)
    this.products = left
    for (const product of products) {
      if (product.some(isZero)) continue
      const open = product.filter(each => this.mayBeZero(each))
      if (open.length === 0) isImpossible = true
      left.push(open)
    }
    this.isImpossible = isImpossible || messages.some(each => isRefused(each))
  }

  static of(after: System): Premises {
    const read = sumReader(new Map())
    const messages = after.messages.map(({ bus, count, fields }) => ({
      bus: after.buses[bus]!,
      count: read(count),
      fields: fields.map(read),
    }))
    const products = after.constraints.map(each => factorsOf(each).map(read))
    for (const zero of messages.flatMap(zerosOf)) products.push([zero])
    return new Premises({ products, messages, nonzero: [] })
  }

  /** The case where columns are what others say. */
  where(values: Replaced): Premises {
    const own = (of: Sum): Sum => replaced(of, values)
    return new Premises({
      products: this.products.map(each => each.map(own)),
      messages: this.messages.map(({ bus, count, fields }) => ({ bus, count: own(count), fields: fields.map(own) })),
      nonzero: this.nonzero.map(own),
    })
  }

  /** With more constraints, each a product that is 0. */
  and(products: readonly (readonly Sum[])[]): Premises {
    return new Premises({ ...this.#parts, products: [...this.products, ...products] })
  }

  without(product: readonly Sum[]): Premises {
    return new Premises({ ...this.#parts, products: this.products.filter(each => each !== product) })
  }

  whereNot(nonzero: readonly Sum[]): Premises {
    return new Premises({ ...this.#parts, nonzero: [...this.nonzero, ...nonzero] })
  }

  get #parts(): Parts {
    return { products: this.products, messages: this.messages, nonzero: this.nonzero }
  }

  mayBeZero(of: Sum): boolean {
    if (isConstant(of)) return isZero(of)
    if (this.nonzero.some(each => ratio(each, of) !== undefined)) return false
    const found = this.interval(of)
    return found === undefined || (found.least <= 0 && found.most >= 0)
  }

  /** Bounds of the sum as an integer of least size; undefined where there are none, or it may wrap. */
  interval(of: Sum): Interval | undefined {
    const found = this.#interval(of, DEPTH)
    if (found === undefined) return undefined
    let { least, most } = found
    const isNever = (value: number): boolean => {
      const other = difference(of, constantSum(elementOf(value)))
      return this.nonzero.some(each => ratio(each, other) !== undefined)
    }
    while (least <= most && isNever(least)) least++
    while (least <= most && isNever(most)) most--
    return { least, most }
  }

  #interval(of: Sum, depth: number): Interval | undefined {
    const { columns, sums } = this.#bounds
    let found = termwise(of, columns)
    for (const bounded of sums) {
      const [first] = [...bounded.of.terms.values()].filter(({ product }) => product.length > 0)
      const own = of.terms.get(first!.product.join())
      if (own === undefined) continue
      const times = signed(multiply(own.times, inverse(first!.times)))
      const rest = plusTimes(of, bounded.of, elementOf(-times))
      if (rest.terms.size >= of.terms.size && !isConstant(rest) && depth === 0) continue
      const other = depth === 0 ? termwise(rest, columns) : this.#interval(rest, depth - 1)
      const sum = other && added(other, multiplied(bounded, { least: times, most: times }))
      if (sum === undefined) continue
      found = found === undefined ? sum : common(found, sum)
    }
    return found
  }

  columnInterval(column: number): Interval | undefined {
    return this.#bounds.columns.get(column)
  }

  get #bounds(): Bounds {
    if (this.#known === undefined) {
      const { columns, sums } = boundsOf(this.messages.flatMap(boundedFields))
      const all = new Map(columns)
      for (const [column, found] of this.messages.flatMap(each => outputsOf(each, columns))) {
        const before = all.get(column)
        all.set(column, before === undefined ? found : common(before, found))
      }
      this.#known = { columns: all, sums }
    }
    return this.#known
  }

  /** A column that some constraint says all about, and what it is. */
  solved(): Replaced | undefined {
    for (const product of this.products) {
      const [of] = product
      if (product.length !== 1 || of === undefined || !isLinear(of)) continue
      for (const column of [...of.columns].toSorted((a, b) => b - a)) {
        const { coefficient, rest } = partsBy(of, column)!
        return new Map([[column, scaledSum(rest, subtract(0, inverse(constantOf(coefficient))))]])
      }
    }
    return undefined
  }

  /** The same with constraints on small integers split into what is 0 modulo some number, and the rest. */
  split(): Premises | undefined {
    for (const product of this.products) {
      const [of] = product
      if (product.length !== 1 || of === undefined || isConstant(of)) continue
      const parts = this.#partsOf(of)
      if (parts !== undefined) return this.without(product).and(parts.map(each => [each]))
    }
    return undefined
  }

  #partsOf(of: Sum): readonly Sum[] | undefined {
    const { columns } = this.#bounds
    const scales = new Set([...of.terms.values()].map(({ times }) => inverse(times)))
    for (const scale of scales) {
      const scaled = scaledSum(of, scale)
      // An integer that does not wrap: 0 as an element means 0 as an integer.
      const all = termwise(scaled, columns)
      if (all === undefined) continue
      const moduli = new Set([...scaled.terms.values()].map(({ times }) => Math.abs(signed(times))))
      for (const modulus of [...moduli].toSorted((a, b) => a - b)) {
        if (modulus === 1) continue
        const [rest, multiples] = [new Map(), new Map()]
        for (const [key, term] of scaled.terms) (signed(term.times) % modulus === 0 ? multiples : rest).set(key, term)
        if (rest.size === 0 || multiples.size === 0) continue
        const part = summed(rest)
        const range = termwise(part, columns)
        if (range !== undefined && range.least > -modulus && range.most < modulus) return [part, summed(multiples)]
      }
      if (of.columns.size < 2 || !isLinear(of) || (all.least !== 0 && all.most !== 0)) continue
      // Where it is at its end, all of its columns are.
      return [...scaled.terms.values()]
        .filter(({ product }) => product.length > 0)
        .map(({ product, times }) => {
          const own = columns.get(product[0]!)!
          const isLow = signed(times) > 0 === (all.least === 0)
          const end = isLow ? own.least : own.most
          return difference(columnSum(product[0]!), constantSum(elementOf(end)))
        })
    }
    return undefined
  }
}
