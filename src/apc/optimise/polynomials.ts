/** Polynomials in a normal form: equal ones are one object, sums are sorted, products stay factored. */
import { P, add, inverse, multiply } from '../../air/field.ts'
import { HashTable, mixed } from './hash-table.ts'
import { isSame, merged, type Atom, type Polynomial, type Terms } from './terms.ts'

export type { Atom, Polynomial } from './terms.ts'

/** A polynomial without its constant, monic; the polynomial is `scale` times that, and its constant. */
export interface Core {
  readonly core: Polynomial
  readonly scale: number
}

const FIRST_PRODUCT = 2 ** 32
/** More parts of a sum are added up by atoms. */
const MOST_MERGED = 8

/** Ids of the parts' columns, ascending. */
function union(parts: readonly { readonly columns: readonly number[] }[]): readonly number[] {
  if (parts.length === 1) return parts[0]!.columns
  const all: number[] = []
  let isSorted = true
  for (const { columns } of parts) {
    for (const column of columns) {
      if (column <= all.at(-1)!) isSorted = false
      all.push(column)
    }
  }
  if (isSorted) return all
  all.sort((a, b) => a - b)
  return all.filter((column, at) => column !== all[at - 1])
}

/** An element as the integer of least size that it stands for. */
export const signed = (value: number): number => (value > P / 2 ? value - P : value)

/** The element of an integer. */
export const elementOf = (value: number): number => ((value % P) + P) % P

/** All polynomials of one system: makes each once. */
export class Polynomials {
  readonly #table = new HashTable<Polynomial>()
  readonly #columns = new Map<number, Polynomial>()
  readonly #products = new HashTable<Atom>()
  /** By id of a polynomial. */
  readonly #cores: (Core | undefined)[] = []
  readonly #factors: (readonly Polynomial[] | undefined)[] = []
  readonly #inverses = new Map<number, number>()
  readonly zero = this.constant(0)
  readonly one = this.constant(1)

  constant(value: number): Polynomial {
    return this.#interned({ constant: value, atoms: [], coefficients: [] })
  }

  column(id: number): Polynomial {
    let of = this.#columns.get(id)
    if (of === undefined) {
      of = this.#interned({ constant: 0, atoms: [{ id, degree: 1, columns: [id] }], coefficients: [1] })
      this.#columns.set(id, of)
    }
    return of
  }

  #productAtom(factors: readonly Polynomial[]): Atom {
    let hash = factors.length
    for (const { id } of factors) hash = mixed(hash, id)
    const isSame = (other: Atom): boolean =>
      other.factors!.length === factors.length && factors.every((each, at) => each === other.factors![at])
    let place = this.#products.first(hash)
    for (let other = this.#products.at(place); other !== undefined; other = this.#products.at(place)) {
      if (isSame(other)) return other
      place = this.#products.after(place, hash)
    }
    const degree = factors.reduce((sum, each) => sum + each.degree, 0)
    const atom = { id: FIRST_PRODUCT + this.#products.size, degree, columns: union(factors), factors }
    this.#products.add(hash, atom)
    return atom
  }

  #interned({ constant, atoms, coefficients }: Terms): Polynomial {
    let hash = mixed(atoms.length, constant)
    for (let at = 0; at < atoms.length; at++) hash = mixed(mixed(hash, atoms[at]!.id), coefficients[at]!)
    let place = this.#table.first(hash)
    for (let other = this.#table.at(place); other !== undefined; other = this.#table.at(place)) {
      if (isSame(other, { constant, atoms, coefficients })) return other
      place = this.#table.after(place, hash)
    }
    let degree = 0
    for (const each of atoms) degree = Math.max(degree, each.degree)
    const made = { id: this.#table.size, constant, atoms, coefficients, degree, columns: union(atoms) }
    this.#table.add(hash, made)
    return made
  }

  #inverse(value: number): number {
    if (value === 1 || value === P - 1) return value
    let found = this.#inverses.get(value)
    if (found === undefined) this.#inverses.set(value, (found = inverse(value)))
    return found
  }

  /** The sum of multiples, and a constant. */
  sum(parts: readonly (readonly [of: Polynomial, times: number])[], constant = 0): Polynomial {
    if (parts.length > MOST_MERGED) return this.#sumOfMany(parts, constant)
    let sum: Terms = { constant, atoms: [], coefficients: [] }
    for (const [of, times] of parts) if (times !== 0) sum = merged(sum, of, times)
    return this.#interned(sum)
  }

  #sumOfMany(parts: readonly (readonly [of: Polynomial, times: number])[], constant: number): Polynomial {
    const terms = new Map<Atom, number>()
    let rest = constant
    for (const [of, times] of parts) {
      rest = add(rest, multiply(of.constant, times))
      for (let at = 0; at < of.atoms.length; at++) {
        const atom = of.atoms[at]!
        terms.set(atom, add(terms.get(atom) ?? 0, multiply(of.coefficients[at]!, times)))
      }
    }
    const atoms = [...terms.keys()].filter(atom => terms.get(atom) !== 0).toSorted((a, b) => a.id - b.id)
    return this.#interned({ constant: rest, atoms, coefficients: atoms.map(atom => terms.get(atom)!) })
  }

  plus(a: Polynomial, b: Polynomial): Polynomial {
    return this.#interned(merged(a, b, 1))
  }

  minus(a: Polynomial, b: Polynomial): Polynomial {
    return a === b ? this.zero : this.#interned(merged(a, b, P - 1))
  }

  plusConstant(a: Polynomial, value: number): Polynomial {
    return this.#interned({ ...a, constant: add(a.constant, elementOf(value)) })
  }

  scaled(a: Polynomial, times: number): Polynomial {
    if (times === 1) return a
    if (times === 0) return this.zero
    const coefficients = a.coefficients.map(each => multiply(each, times))
    return this.#interned({ constant: multiply(a.constant, times), atoms: a.atoms, coefficients })
  }

  /** What it is a multiple of, with a first coefficient of 1. */
  monic(a: Polynomial): Polynomial {
    return a.atoms.length === 0 ? this.one : this.scaled(a, this.#inverse(a.coefficients[0]!))
  }

  times(a: Polynomial, b: Polynomial): Polynomial {
    return this.product([a, b])
  }

  product(all: readonly Polynomial[]): Polynomial {
    let scale = 1
    const open: Polynomial[] = []
    for (const each of all) {
      if (each.atoms.length > 0) open.push(each)
      else scale = multiply(scale, each.constant)
    }
    if (scale === 0) return this.zero
    if (open.length === 0) return this.constant(scale)
    if (open.length === 1) return this.scaled(open[0]!, scale)
    const factors: Polynomial[] = []
    for (const each of open) {
      scale = multiply(scale, each.coefficients[0]!)
      for (const factor of this.factorsOf(each)) factors.push(factor)
    }
    factors.sort((x, y) => x.id - y.id)
    return this.#interned({ constant: 0, atoms: [this.#productAtom(factors)], coefficients: [scale] })
  }

  /** Monic polynomials whose product it is a multiple of: itself alone where it is no product. */
  factorsOf(a: Polynomial): readonly Polynomial[] {
    let found = this.#factors[a.id]
    if (found === undefined) {
      const [atom] = a.atoms
      if (atom === undefined) found = []
      else found = (a.atoms.length === 1 && a.constant === 0 ? atom.factors : undefined) ?? [this.monic(a)]
      this.#factors[a.id] = found
    }
    return found
  }

  core(a: Polynomial): Core {
    let core = this.#cores[a.id]
    if (core === undefined) {
      const of = this.monic(a.constant === 0 ? a : this.#interned({ ...a, constant: 0 }))
      this.#cores[a.id] = core = { core: of, scale: a.coefficients[0] ?? 0 }
    }
    return core
  }

  /** Other polynomials in the place of columns. */
  substituted(a: Polynomial, values: ReadonlyMap<number, Polynomial>): Polynomial {
    const isIn = (column: number): boolean => values.has(column)
    if (!a.columns.some(isIn)) return a
    const atoms: Atom[] = []
    const coefficients: number[] = []
    const parts: (readonly [Polynomial, number])[] = []
    for (let at = 0; at < a.atoms.length; at++) {
      const atom = a.atoms[at]!
      if (atom.factors === undefined) {
        const value = values.get(atom.id)
        if (value !== undefined) {
          parts.push([value, a.coefficients[at]!])
          continue
        }
      } else if (atom.columns.some(isIn)) {
        const of = this.product(atom.factors.map(each => this.substituted(each, values)))
        parts.push([of, a.coefficients[at]!])
        continue
      }
      atoms.push(atom)
      coefficients.push(a.coefficients[at]!)
    }
    let sum: Terms = { constant: a.constant, atoms, coefficients }
    for (const [of, times] of parts) sum = merged(sum, of, times)
    return this.#interned(sum)
  }

  /** The coefficient of a column; undefined where it occurs in a product. */
  coefficient(a: Polynomial, column: number): number | undefined {
    let found = 0
    for (let at = 0; at < a.atoms.length; at++) {
      const atom = a.atoms[at]!
      if (atom.id === column) found = a.coefficients[at]!
      else if (atom.factors !== undefined && atom.columns.includes(column)) return undefined
    }
    return found
  }

  /** What the column has to be for the polynomial to be 0; undefined where that does not follow by a division. */
  solved(a: Polynomial, column: number): Polynomial | undefined {
    const coefficient = this.coefficient(a, column)
    if (coefficient === undefined || coefficient === 0) return undefined
    const rest = this.sum([
      [a, 1],
      [this.column(column), P - coefficient],
    ])
    return this.scaled(rest, P - this.#inverse(coefficient))
  }
}

/** Polynomials of one system, as polynomials of another one. */
export class Translation {
  readonly #to: Polynomials
  readonly #column: (id: number) => Polynomial
  readonly #known = new Map<Polynomial, Polynomial>()

  /** @param column what comes in the place of a column */
  constructor(to: Polynomials, column: (id: number) => Polynomial) {
    this.#to = to
    this.#column = column
  }

  of(a: Polynomial): Polynomial {
    let made = this.#known.get(a)
    if (made === undefined) {
      const parts: (readonly [Polynomial, number])[] = []
      for (const [at, { id, factors }] of a.atoms.entries()) {
        const atom = factors === undefined ? this.#column(id) : this.#to.product(factors.map(each => this.of(each)))
        parts.push([atom, a.coefficients[at]!])
      }
      this.#known.set(a, (made = this.#to.sum(parts, a.constant)))
    }
    return made
  }
}

/** The value on given columns. */
export function valueOf(of: Polynomial, column: (id: number) => number): number {
  let value = of.constant
  for (let at = 0; at < of.atoms.length; at++) {
    const { id, factors } = of.atoms[at]!
    let term = of.coefficients[at]!
    if (factors === undefined) term = multiply(term, column(id))
    else for (const each of factors) term = multiply(term, valueOf(each, column))
    value = add(value, term)
  }
  return value
}
