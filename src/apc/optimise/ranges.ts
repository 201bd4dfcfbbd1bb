/** What constraints and messages say of the values of polynomials: never a guess, but it may be too wide. */
import { P, add, inverse, multiply, subtract } from '../../air/field.ts'
import { CHECKED_SPACES } from '../../air/system-buses.ts'
import { outputsOf, tableFacts } from '../table.ts'
import { common, contains, ends, hull, mapped, productOf, sumOf, type Arc } from './arcs.ts'
import type { Draft, DraftMessage } from './draft.ts'
import { elementOf, signed, type Polynomial } from './polynomials.ts'

interface Fact {
  readonly arc: Arc | undefined
  /** All values that it may have, where these are few. */
  readonly values: readonly number[] | undefined
}

/** Values that are kept one by one. */
const MOST_VALUES = 8
/** Inputs of a lookup that are tried one after another. */
const MOST_INPUTS = 256

export interface Sources {
  /** Messages that nothing is taken from. */
  readonly except?: ((message: number) => boolean) | undefined
}

/** It stays true while items are replaced by stronger ones, and columns by what equals them. */
export class Ranges {
  readonly #draft: Draft
  readonly #facts = new Map<Polynomial, Fact>()
  readonly #known = new Map<Polynomial, Arc | undefined>()
  /** Bounds of sums with a multiple of one column, which say more when the column's own bound is known. */
  readonly #multiples: { readonly of: Polynomial; readonly bound: number }[] = []

  constructor(draft: Draft, { except }: Sources = {}) {
    this.#draft = draft
    for (const each of draft.constraints) if (each !== undefined) this.#fromConstraint(each)
    for (const [index, message] of draft.messages.entries())
      if (message !== undefined && except?.(index) !== true) this.#fromMessage(message)
    for (const { of, bound } of this.#multiples.splice(0)) this.#fromMultiple(of, bound)
    for (const [index, message] of draft.messages.entries())
      if (message !== undefined && except?.(index) !== true) this.#fromFunction(message)
  }

  /** Undefined where it may be anything. */
  of(a: Polynomial): Arc | undefined {
    if (a.atoms.length === 0) return { from: a.constant, width: 0 }
    if (this.#known.has(a)) return this.#known.get(a)
    const { core, scale } = this.#draft.polynomials.core(a)
    const fact = this.#facts.get(core)?.arc
    const direct = fact && mapped(fact, scale, a.constant)
    const found = common(direct, this.#fromParts(a))
    this.#known.set(a, found)
    return found
  }

  mayBeZero(a: Polynomial): boolean {
    const known = this.of(a)
    if (known !== undefined && !contains(known, 0)) return false
    const { core, scale } = this.#draft.polynomials.core(a)
    const values = this.#facts.get(core)?.values
    return values === undefined || values.some(value => add(multiply(value, scale), a.constant) === 0)
  }

  /** The values that a column may have, ascending, where these are few. */
  valuesOf(column: number, most: number): readonly number[] | undefined {
    const of = this.#draft.polynomials.column(column)
    const fact = this.#facts.get(of)
    const arc = this.of(of)
    if (fact?.values !== undefined && fact.values.length <= most)
      return fact.values.filter(value => arc === undefined || contains(arc, value))
    if (arc === undefined || arc.width >= most) return undefined
    return Array.from({ length: arc.width + 1 }, (_, step) => add(arc.from, step))
  }

  #fromParts(a: Polynomial): Arc | undefined {
    let sum: Arc | undefined = { from: a.constant, width: 0 }
    for (let at = 0; at < a.atoms.length && sum !== undefined; at++) {
      const { id, factors } = a.atoms[at]!
      const arc: Arc | undefined = factors
        ? factors.map(each => this.of(each)).reduce(productOf)
        : this.#facts.get(this.#draft.polynomials.column(id))?.arc
      sum = sumOf(sum, arc && mapped(arc, a.coefficients[at]!, 0))
    }
    return sum
  }

  #learn(of: Polynomial, arc: Arc | undefined, values?: readonly number[]): void {
    const { core, scale } = this.#draft.polynomials.core(of)
    const back = inverse(scale)
    const backwards = (value: number): number => multiply(subtract(value, of.constant), back)
    const moved = arc && mapped({ from: subtract(arc.from, of.constant), width: arc.width }, back, 0)
    const before = this.#facts.get(core)
    const listed = values?.map(backwards)
    const kept = before?.values !== undefined && listed !== undefined ? intersection(before.values, listed) : undefined
    const all = kept ?? listed ?? before?.values
    this.#facts.set(core, { arc: common(common(moved, before?.arc), all && hull(all)), values: all })
  }

  /** Factors that differ by constants: one of few values. */
  #fromConstraint(of: Polynomial): void {
    const factors = this.#draft.polynomials.factorsOf(of)
    const cores = factors.map(each => this.#draft.polynomials.core(each).core)
    if (factors.length > MOST_VALUES || cores.some(core => core !== cores[0])) return
    const values = factors.map(each => subtract(0, each.constant)).toSorted((a, b) => a - b)
    this.#learn(cores[0]!, undefined, [...new Set(values)])
  }

  #fromMessage(message: DraftMessage): void {
    const { bus, count, fields } = message
    const { role } = this.#draft.buses[bus]!
    if (count.atoms.length > 0 || count.constant === 0) return
    if (role.kind === 'memory') {
      const [space] = role.address
      const isChecked = fields[space!]!.atoms.length === 0 && CHECKED_SPACES.includes(fields[space!]!.constant)
      if (count.constant !== P - 1 || !isChecked) return
      for (const field of role.content) this.#bound(fields[field]!, 2 ** role.cellBits)
      return
    }
    for (const [field, bound] of tableFacts(this.#draft.buses[bus]!, knownFields(fields)).bounds)
      this.#bound(fields[field]!, bound)
  }

  #bound(of: Polynomial, bound: number): void {
    if (of.atoms.length > 0) this.#learn(of, { from: 0, width: bound - 1 })
    if (of.degree === 1 && of.atoms.length === 1 && of.coefficients[0] !== 1) this.#multiples.push({ of, bound })
  }

  /** m·x + c is below the bound, and as an integer it does not wrap. */
  #fromMultiple(of: Polynomial, bound: number): void {
    const column = this.#draft.polynomials.column(of.columns[0]!)
    const arc = this.#facts.get(column)?.arc
    if (arc === undefined) return
    const [times, constant] = [signed(of.coefficients[0]!), signed(of.constant)]
    if (ends(arc).some(end => Math.abs(times * end) + Math.abs(constant) >= P / 2)) return
    const limits = [-constant / times, (bound - 1 - constant) / times].toSorted((a, b) => a - b)
    const [least, most] = [Math.ceil(limits[0]!), Math.floor(limits[1]!)]
    if (least <= most) this.#learn(column, { from: elementOf(least), width: most - least })
  }

  /** z = f(x) where x is a column of few values and z has one more column: that has as few. */
  #fromFunction({ bus, count, fields }: DraftMessage): void {
    if (count.atoms.length > 0 || count.constant === 0) return
    const known = knownFields(fields)
    for (const { field, of } of tableFacts(this.#draft.buses[bus]!, known).equations) {
      const inputs = fields.filter((each, index) => index !== field && each.atoms.length > 0)
      const [input] = inputs
      if (input === undefined || input.degree > 1 || input.columns.length > 1) continue
      if (inputs.some(each => each !== input)) continue
      const arc = this.of(input)
      if (arc === undefined || arc.width >= MOST_INPUTS) continue
      const output = fields[field]!
      const column = input.columns[0]!
      const others = output.columns.filter(each => each !== column)
      if (output.degree > 1 || others.length !== 1) continue
      const row = fields.map((each, index) => (each === input ? undefined : (known[index] ?? 0)))
      const values = outputsOf(of, row, { from: arc.from, count: arc.width + 1 })
      const back = inverse(input.coefficients[0]!)
      const solved = solver(output, column)
      const found = values.map((value, step) =>
        solved(multiply(subtract(add(arc.from, step), input.constant), back), value),
      )
      this.#learn(this.#draft.polynomials.column(others[0]!), hull(found))
    }
  }
}

/** Of a sum of two columns: what the other one is where this one is x and the sum a value. */
function solver(sum: Polynomial, column: number): (x: number, value: number) => number {
  let [own, other] = [0, 1]
  for (let at = 0; at < sum.atoms.length; at++) {
    if (sum.atoms[at]!.id === column) own = sum.coefficients[at]!
    else other = sum.coefficients[at]!
  }
  const back = inverse(other)
  return (x, value) => multiply(subtract(subtract(value, sum.constant), multiply(own, x)), back)
}

interface Recent {
  readonly changes: number
  readonly ranges: Ranges
}

const recent = new WeakMap<Draft, Recent>()

/** What the draft as it is now says of all of its polynomials. */
export function rangesOf(draft: Draft): Ranges {
  const before = recent.get(draft)
  if (before?.changes === draft.changes) return before.ranges
  const ranges = new Ranges(draft)
  recent.set(draft, { changes: draft.changes, ranges })
  return ranges
}

const intersection = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.filter(each => b.includes(each))

/** Values of fields that are constant. */
export const knownFields = (fields: readonly Polynomial[]): (number | undefined)[] =>
  fields.map(({ atoms, constant }) => (atoms.length === 0 ? constant : undefined))
