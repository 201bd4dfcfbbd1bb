/** Sums of multiples of columns and products, sorted. */
import { add, multiply } from '../../air/field.ts'

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

/** A sum of multiples that is no polynomial yet. */
export interface Terms {
  readonly constant: number
  readonly atoms: readonly Atom[]
  readonly coefficients: readonly number[]
}

/** The one, and a multiple of the other. */
export function merged(a: Terms, b: Terms, times: number): Terms {
  const atoms: Atom[] = []
  const coefficients: number[] = []
  let [left, right] = [0, 0]
  while (left < a.atoms.length || right < b.atoms.length) {
    const [x, y] = [a.atoms[left], b.atoms[right]]
    if (y === undefined || (x !== undefined && x.id < y.id)) {
      atoms.push(x!)
      coefficients.push(a.coefficients[left++]!)
      continue
    }
    let coefficient = multiply(b.coefficients[right++]!, times)
    if (x === y) coefficient = add(coefficient, a.coefficients[left++]!)
    if (coefficient === 0) continue
    atoms.push(y)
    coefficients.push(coefficient)
  }
  return { constant: add(a.constant, multiply(b.constant, times)), atoms, coefficients }
}

/** Are they the same sum? */
export function isSame(a: Terms, b: Terms): boolean {
  if (a.constant !== b.constant || a.atoms.length !== b.atoms.length) return false
  for (let at = 0; at < a.atoms.length; at++)
    if (a.atoms[at] !== b.atoms[at] || a.coefficients[at] !== b.coefficients[at]) return false
  return true
}
