/** Comparisons of numbers limb by limb, as constraints have them: which limb decides is marked. */
import { P, inverse, multiply } from '../../air/field.ts'
import { tableFacts } from '../table.ts'
import { ends } from './arcs.ts'
import type { Draft } from './draft.ts'
import { valueOf, type Polynomial, type Polynomials } from './polynomials.ts'
import { knownFields, type Ranges } from './ranges.ts'

/** `result`, a column or 1 less one, is 1 if the first of the differences that is not 0 is positive, else 0. */
export interface Comparison {
  readonly result: Polynomial
  /** Limbs are below this. */
  readonly limb: number
  /** The most significant one first. They are above −limb, and at most limb. */
  readonly differences: readonly Polynomial[]
  /** All that says so. */
  readonly constraints: readonly number[]
  readonly message: number
  /** Columns that are in nothing else. */
  readonly inner: readonly number[]
}

interface Marked {
  readonly marks: ReadonlySet<number>
  /** How far apart the marked limbs are, from 1 on. */
  readonly distance: number
  readonly limb: number
  readonly message: number
}

/** A lookup that takes place if a limb is marked. */
function markedIn(draft: Draft, index: number): Marked | undefined {
  const { bus, count, fields } = draft.messages[index]!
  const isSum = count.degree === 1 && count.constant === 0 && count.coefficients.every(each => each === 1)
  if (!isSum || draft.buses[bus]!.role.kind !== 'table') return undefined
  const open = fields.flatMap((field, at) => (field.atoms.length > 0 ? [at] : []))
  const { bounds, equations, complete } = tableFacts(draft.buses[bus]!, knownFields(fields))
  const field = fields[open[0] ?? -1]
  if (open.length !== 1 || field === undefined || !complete || equations.length > 0) return undefined
  const limb = bounds.get(open[0]!)
  if (limb === undefined || field.degree !== 1 || field.columns.length !== 1) return undefined
  if (field.coefficients[0] !== 1 || field.constant !== P - 1) return undefined
  return { marks: new Set(count.columns), distance: field.columns[0]!, limb, message: index }
}

/** What the constraints of the marks say. */
class Reading {
  /** By marks that are not set: what is 0 then. */
  readonly zeros = new Map<string, Polynomial[]>()
  /** By mark: what the distance is if it is set. */
  readonly distances = new Map<number, Polynomial>()
  readonly constraints: number[] = []
  readonly #draft: Draft
  readonly #marked: Marked

  constructor(draft: Draft, marked: Marked) {
    this.#draft = draft
    this.#marked = marked
  }

  /** @returns whether all of them are as those of a comparison are */
  read(): boolean {
    const { marks, distance, message } = this.#marked
    const items = new Set<number>()
    for (const column of [...marks, distance]) {
      for (const index of this.#draft.constraintsOf(column)) items.add(index)
      if ([...this.#draft.messagesOf(column)].some(each => each !== message)) return false
    }
    for (const index of items) {
      if (!this.#readOne(this.#draft.constraints[index]!)) return false
      this.constraints.push(index)
    }
    return true
  }

  #readOne(constraint: Polynomial): boolean {
    const { polynomials } = this.#draft
    const { marks, distance } = this.#marked
    const factors = polynomials.factorsOf(constraint)
    const own = factors.filter(({ columns }) => columns.some(column => marks.has(column)))
    const others = factors.filter(each => !own.includes(each))
    const [first, second] = own
    if (own.length === 2 && others.length === 0) return isBoolean(polynomials.minus(first!, second!), first!, marks)
    if (own.length !== 1 || others.length === 0 || first!.degree !== 1) return false
    const rest = polynomials.product(others)
    if (first!.columns.length === 1 && first!.constant === 0) {
      // m·(distance − d) = 0
      const of = rest.columns.includes(distance) ? distanceIn(polynomials, rest, distance) : undefined
      if (of === undefined || this.distances.has(first!.columns[0]!)) return false
      this.distances.set(first!.columns[0]!, of)
      return true
    }
    const isSum = first!.columns.every(column => marks.has(column)) && first!.coefficients.every(each => each === 1)
    if (!isSum || first!.constant !== P - 1 || rest.columns.includes(distance)) return false
    const key = first!.columns.join()
    this.zeros.set(key, [...(this.zeros.get(key) ?? []), rest])
    return true
  }
}

/** What the distance is, if the column that it may be multiplied by is 0 or 1, and that multiple has one size. */
function distanceIn(polynomials: Polynomials, of: Polynomial, distance: number): Polynomial | undefined {
  const solved = polynomials.solved(of, distance)
  if (solved !== undefined) return solved
  const at = of.atoms.findIndex(({ columns }) => columns.includes(distance))
  const factors = of.atoms[at]?.factors
  const column = polynomials.column(distance)
  const [sign, other] = factors === undefined ? [] : factors.filter(each => each !== column)
  if (factors?.length !== 2 || sign === undefined || other !== undefined) return undefined
  const rest = polynomials.sum(
    [
      [of, 1],
      [polynomials.product(factors), P - of.coefficients[at]!],
    ],
    0,
  )
  if (sign.degree !== 1 || sign.columns.length !== 1 || rest.columns.includes(distance)) return undefined
  const squares = [0, 1].map(value => {
    const size = valueOf(sign, () => value)
    return multiply(size, size)
  })
  if (squares[0] === 0 || squares[0] !== squares[1]) return undefined
  const scale = inverse(multiply(of.coefficients[at]!, squares[0]!))
  return polynomials.scaled(polynomials.times(rest, sign), P - scale)
}

/** x·(x − 1) = 0, where x is a sum of marks. */
function isBoolean(difference: Polynomial, of: Polynomial, marks: ReadonlySet<number>): boolean {
  const isOne = difference.atoms.length === 0 && [1, P - 1].includes(difference.constant)
  return isOne && [0, P - 1].includes(of.constant) && of.columns.every(column => marks.has(column))
}

/** The comparison that a lookup is part of, if it is one. */
export function comparisonAt(draft: Draft, index: number, ranges: Ranges): Comparison | undefined {
  const marked = markedIn(draft, index)
  if (marked === undefined) return undefined
  const reading = new Reading(draft, marked)
  if (!reading.read()) return undefined
  const result = resultOf(draft, reading, marked)
  const order = result === undefined ? undefined : differencesOf(draft, reading, { result, marked }, ranges)
  if (result === undefined || order === undefined) return undefined
  const inner = [...marked.marks, marked.distance]
  return { result, limb: marked.limb, differences: order, constraints: reading.constraints, message: index, inner }
}

/** What is 0 where nothing is marked, and what distances depend on. */
function resultOf(draft: Draft, { zeros, distances }: Reading, { marks }: Marked): Polynomial | undefined {
  const { polynomials } = draft
  const all = [...marks].toSorted((a, b) => a - b).join()
  const isBit = (column: number): boolean =>
    [...draft.constraintsOf(column)].some(index => {
      const of = polynomials.column(column)
      return draft.constraints[index] === polynomials.times(of, polynomials.plusConstant(of, -1))
    })
  const isUsed = (column: number): boolean => [...distances.values()].some(of => of.columns.includes(column))
  for (const of of zeros.get(all) ?? []) {
    const [column] = of.columns
    if (column === undefined || of !== polynomials.plusConstant(polynomials.column(column), of.constant)) continue
    if (!isUsed(column) || !isBit(column)) continue
    if (of.constant === 0) return of
    if (of.constant === P - 1) return polynomials.scaled(of, P - 1)
  }
  return undefined
}

interface Known {
  readonly result: Polynomial
  readonly marked: Marked
}

/** The differences in order; undefined where marks are in no order, or constraints say something else. */
function differencesOf(
  draft: Draft,
  { zeros, distances }: Reading,
  { result, marked: { marks, limb } }: Known,
  ranges: Ranges,
): readonly Polynomial[] | undefined {
  const { polynomials } = draft
  const sets = [...zeros].map(([key, of]) => ({ marks: key.split(',').map(Number), of }))
  const order = sets.toSorted((a, b) => a.marks.length - b.marks.length)
  const found: Polynomial[] = []
  let above: readonly number[] = []
  for (const { marks: set, of } of order) {
    const added = set.filter(mark => !above.includes(mark))
    if (set.length - added.length !== above.length) return undefined
    above = set
    const wanted = of.filter(each => each !== polynomials.monic(result))
    // Marks between two that have constraints of their own cannot be set: their limbs do not differ.
    const told = added
      .map(mark => differenceOf(draft, distances.get(mark), result))
      .filter(each => each !== polynomials.zero)
    if (told.length === 0 && wanted.length === 0) continue
    const [difference] = told
    if (told.length !== 1 || difference === undefined || wanted.length !== 1) return undefined
    if (polynomials.monic(difference) !== polynomials.monic(wanted[0]!)) return undefined
    const arc = ranges.of(difference)
    if (arc === undefined || ends(arc)[0] <= -limb || ends(arc)[1] > limb) return undefined
    found.push(difference)
  }
  return above.length === marks.size ? found : undefined
}

/** d, if the distance is d where the result is 1, and −d where it is 0. */
function differenceOf(draft: Draft, distance: Polynomial | undefined, result: Polynomial): Polynomial | undefined {
  const { polynomials } = draft
  if (distance === undefined) return undefined
  const [column] = result.columns as readonly [number]
  const [minus, plus] = [0, 1].map(value => {
    const of = polynomials.constant(result.constant === 0 ? value : 1 - value)
    return polynomials.substituted(distance, new Map([[column, of]]))
  })
  return polynomials.plus(minus!, plus!) === polynomials.zero ? plus : undefined
}
