/** Polynomials in the cases of a group of columns, and as sums of what follows from the group's columns. */
import { add, multiply } from '../../air/field.ts'
import type { Group } from './cases.ts'
import type { Atom, Polynomial, Polynomials } from './polynomials.ts'
import { ONE, type Combination, type Span } from './span.ts'

/** By case, how often each atom without the group's columns is there, and the constant. */
interface Expansion {
  readonly constants: number[]
  readonly atoms: Map<Atom, number[]>
}

/** A sum of multiples of the group's columns and 1. */
export function combined(polynomials: Polynomials, combination: Combination): Polynomial {
  const parts: (readonly [Polynomial, number])[] = []
  for (const [name, times] of combination)
    parts.push([name === ONE ? polynomials.one : polynomials.column(name), times])
  return polynomials.sum(parts)
}

export class Folding {
  readonly #polynomials: Polynomials
  readonly #group: Group
  readonly #span: Span
  readonly #position: ReadonlyMap<number, number>
  /** By case the columns' values as polynomials. */
  readonly #values: readonly ReadonlyMap<number, Polynomial>[]

  constructor(polynomials: Polynomials, group: Group, span: Span) {
    this.#polynomials = polynomials
    this.#group = group
    this.#span = span
    this.#position = new Map(group.columns.map((column, at) => [column, at]))
    this.#values = group.cases.map(
      values => new Map(group.columns.map((column, at) => [column, polynomials.constant(values[at]!)])),
    )
  }

  /** The same as a sum of atoms, each as often as a sum of the group's columns says; unless that is no simpler. */
  folded(of: Polynomial): Polynomial {
    const cases = this.#group.cases.length
    const expansion: Expansion = { constants: zeros(cases), atoms: new Map() }
    this.#expand(
      expansion,
      of,
      Array.from({ length: cases }, () => 1),
    )
    const constants = this.#span.fit(expansion.constants)
    if (constants === undefined) return of
    const parts: (readonly [Atom, Combination])[] = []
    for (const [atom, times] of expansion.atoms) {
      const often = this.#span.fit(times)
      if (often === undefined) return of
      if (often.size > 0) parts.push([atom, often])
    }
    return isSimpler(of, constants, parts) ? this.#sum(constants, parts) : of
  }

  #sum(constants: Combination, parts: readonly (readonly [Atom, Combination])[]): Polynomial {
    const polynomials = this.#polynomials
    let sum = combined(polynomials, constants)
    for (const [{ id, factors }, often] of parts) {
      const atom = factors === undefined ? polynomials.column(id) : polynomials.product(factors)
      sum = polynomials.plus(sum, polynomials.times(combined(polynomials, often), atom))
    }
    return sum
  }

  /** Adds the polynomial, in each case so many times. */
  #expand(into: Expansion, of: Polynomial, weights: readonly number[]): void {
    addTo(into.constants, weights, of.constant)
    for (let at = 0; at < of.atoms.length; at++) this.#expandAtom(into, of.atoms[at]!, weights, of.coefficients[at]!)
  }

  #expandAtom(into: Expansion, atom: Atom, weights: readonly number[], coefficient: number): void {
    if (!this.#isMixed(atom)) {
      let times = into.atoms.get(atom)
      if (times === undefined) into.atoms.set(atom, (times = zeros(weights.length)))
      addTo(times, weights, coefficient)
    } else if (atom.factors === undefined) {
      const position = this.#position.get(atom.id)!
      for (const [at, values] of this.#group.cases.entries())
        into.constants[at] = add(into.constants[at]!, multiply(weights[at]!, multiply(coefficient, values[position]!)))
    } else
      this.#expandProduct(
        into,
        atom.factors,
        weights.map(weight => multiply(weight, coefficient)),
      )
  }

  #expandProduct(into: Expansion, factors: readonly Polynomial[], weights: number[]): void {
    const open: Polynomial[] = []
    for (const factor of factors) {
      if (factor.columns.every(column => this.#position.has(column))) this.#scale(weights, factor)
      else open.push(factor)
    }
    if (open.length === 0) addTo(into.constants, weights, 1)
    else if (open.length === 1) this.#expand(into, open[0]!, weights)
    else if (!open.some(each => this.#isMixed(each))) this.#expand(into, this.#polynomials.product(open), weights)
    else {
      for (const [at, weight] of weights.entries()) {
        if (weight === 0) continue
        const inCase = open.map(each => this.#polynomials.substituted(each, this.#values[at]!))
        const alone = weights.map((_, other) => (other === at ? weight : 0))
        this.#expand(into, this.#polynomials.product(inCase), alone)
      }
    }
  }

  /** The weights, times the value of a polynomial over the group's columns. */
  #scale(weights: number[], of: Polynomial): void {
    const values: Expansion = { constants: zeros(weights.length), atoms: new Map() }
    this.#expand(values, of, weights)
    for (const [at, value] of values.constants.entries()) weights[at] = value
  }

  #isMixed({ columns }: { readonly columns: readonly number[] }): boolean {
    return columns.some(column => this.#position.has(column))
  }
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0)

function addTo(sums: number[], weights: readonly number[], times: number): void {
  if (times === 0) return
  for (let at = 0; at < sums.length; at++) sums[at] = add(sums[at]!, multiply(weights[at]!, times))
}

const isConstant = (of: Combination): boolean => of.size === 0 || (of.size === 1 && of.has(ONE))

/** Less of degree, or over fewer columns: products of atoms and the group's columns never cancel. */
function isSimpler(of: Polynomial, constants: Combination, parts: readonly (readonly [Atom, Combination])[]): boolean {
  const columns = new Set<number>()
  const take = (often: Combination): void => {
    for (const name of often.keys()) if (name !== ONE) columns.add(name)
  }
  take(constants)
  let degree = isConstant(constants) ? 0 : 1
  for (const [atom, often] of parts) {
    take(often)
    for (const column of atom.columns) columns.add(column)
    degree = Math.max(degree, atom.degree + (isConstant(often) ? 0 : 1))
  }
  return degree < of.degree || (degree === of.degree && columns.size < of.columns.length)
}
