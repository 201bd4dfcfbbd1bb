/** Polynomials in a normal form: equal ones are one object, sums are sorted, products stay factored. */
import { P, add, inverse, multiply } from '../../air/field.ts'

/** What sums are made of: a column, or a product of polynomials none of which is constant or such a product itself. */
export interface Atom {
  /** Of a column its id; those of products are above all ids of columns. */
  readonly id: number
  readonly degree: number
  /** Ids of columns, ascending. */
  readonly columns: readonly number[]
  /** Each with a first coefficient of 1, ascending by id; absent for a column. */
  readonly factors?: readonly Polynomial[] | undefined
}

export interface Polynomial {
  readonly id: number
  readonly constant: number
  /** Ascending by id. */
  readonly atoms: readonly Atom[]
  /** Canonical and not 0. */
  readonly coefficients: readonly number[]
  readonly degree: number
  /** Ids of columns, ascending. */
  readonly columns: readonly number[]
}

/** A polynomial without its constant, monic; the polynomial is `scale` times that, and its constant. */
export interface Core {
  readonly core: Polynomial
  readonly scale: number
}

const FIRST_PRODUCT = 2 ** 32

function union(parts: readonly { readonly columns: readonly number[] }[]): readonly number[] {
  if (parts.length === 1) return parts[0]!.columns
  const all = new Set<number>()
  for (const { columns } of parts) for (const column of columns) all.add(column)
  return [...all].toSorted((a, b) => a - b)
}

/** An element as the integer of least size that it stands for. */
export const signed = (value: number): number => (value > P / 2 ? value - P : value)

/** The element of an integer. */
export const elementOf = (value: number): number => ((value % P) + P) % P

/** All polynomials of one system: makes each once. */
export class Polynomials {
  readonly #polynomials = new Map<string, Polynomial>()
  readonly #columns = new Map<number, Polynomial>()
  readonly #cores = new Map<Polynomial, Core>()
  readonly #products = new Map<string, Atom>()
  readonly zero = this.constant(0)
  readonly one = this.constant(1)

  constant(value: number): Polynomial {
    return this.#interned(value, [], [])
  }

  column(id: number): Polynomial {
    let of = this.#columns.get(id)
    if (of === undefined) this.#columns.set(id, (of = this.#interned(0, [{ id, degree: 1, columns: [id] }], [1])))
    return of
  }

  #productAtom(factors: readonly Polynomial[]): Atom {
    const key = factors.map(({ id }) => id).join()
    const before = this.#products.get(key)
    if (before !== undefined) return before
    const degree = factors.reduce((sum, each) => sum + each.degree, 0)
    const atom = { id: FIRST_PRODUCT + this.#products.size, degree, columns: union(factors), factors }
    this.#products.set(key, atom)
    return atom
  }

  #interned(constant: number, atoms: readonly Atom[], coefficients: readonly number[]): Polynomial {
    let key = String(constant)
    for (let at = 0; at < atoms.length; at++) key += `,${atoms[at]!.id}:${coefficients[at]!}`
    const before = this.#polynomials.get(key)
    if (before !== undefined) return before
    const degree = atoms.reduce((most, each) => Math.max(most, each.degree), 0)
    const made = { id: this.#polynomials.size, constant, atoms, coefficients, degree, columns: union(atoms) }
    this.#polynomials.set(key, made)
    return made
  }

  /** The sum of multiples, and a constant. */
  sum(parts: readonly (readonly [of: Polynomial, times: number])[], constant = 0): Polynomial {
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
    return this.#interned(
      rest,
      atoms,
      atoms.map(atom => terms.get(atom)!),
    )
  }

  plus(a: Polynomial, b: Polynomial): Polynomial {
    return this.sum([
      [a, 1],
      [b, 1],
    ])
  }

  minus(a: Polynomial, b: Polynomial): Polynomial {
    if (a === b) return this.zero
    return this.sum([
      [a, 1],
      [b, P - 1],
    ])
  }

  plusConstant(a: Polynomial, value: number): Polynomial {
    return this.#interned(add(a.constant, elementOf(value)), a.atoms, a.coefficients)
  }

  scaled(a: Polynomial, times: number): Polynomial {
    if (times === 1) return a
    if (times === 0) return this.zero
    const coefficients = a.coefficients.map(each => multiply(each, times))
    return this.#interned(multiply(a.constant, times), a.atoms, coefficients)
  }

  /** What it is a multiple of, with a first coefficient of 1. */
  monic(a: Polynomial): Polynomial {
    return a.atoms.length === 0 ? this.one : this.scaled(a, inverse(a.coefficients[0]!))
  }

  times(a: Polynomial, b: Polynomial): Polynomial {
    if (a.atoms.length === 0) return this.scaled(b, a.constant)
    if (b.atoms.length === 0) return this.scaled(a, b.constant)
    const factors = [...this.factorsOf(a), ...this.factorsOf(b)].toSorted((x, y) => x.id - y.id)
    const leading = multiply(a.coefficients[0]!, b.coefficients[0]!)
    return this.#interned(0, [this.#productAtom(factors)], [leading])
  }

  product(factors: readonly Polynomial[]): Polynomial {
    return factors.reduce((all, each) => this.times(all, each), this.one)
  }

  /** Monic polynomials whose product it is a multiple of: itself alone where it is no product. */
  factorsOf(a: Polynomial): readonly Polynomial[] {
    if (a.atoms.length === 0) return []
    if (a.atoms.length === 1 && a.constant === 0) {
      const { factors } = a.atoms[0]!
      if (factors !== undefined) return factors
    }
    return [this.monic(a)]
  }

  core(a: Polynomial): Core {
    let core = this.#cores.get(a)
    if (core === undefined) {
      const of = this.monic(a.constant === 0 ? a : this.#interned(0, a.atoms, a.coefficients))
      this.#cores.set(a, (core = { core: of, scale: a.coefficients[0] ?? 0 }))
    }
    return core
  }

  /** Other polynomials in the place of columns. */
  substituted(a: Polynomial, values: ReadonlyMap<number, Polynomial>): Polynomial {
    if (!a.columns.some(column => values.has(column))) return a
    const parts: (readonly [Polynomial, number])[] = []
    for (let at = 0; at < a.atoms.length; at++) {
      const atom = a.atoms[at]!
      const of = atom.factors
        ? this.product(atom.factors.map(each => this.substituted(each, values)))
        : (values.get(atom.id) ?? this.column(atom.id))
      parts.push([of, a.coefficients[at]!])
    }
    return this.sum(parts, a.constant)
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
    return this.scaled(rest, P - inverse(coefficient))
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
