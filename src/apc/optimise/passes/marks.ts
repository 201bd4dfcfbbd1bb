/** Of columns that mark one of several, equations tell which it can be. */
import { P, add, multiply } from '../../../air/field.ts'
import { contains, sumOf, mapped, type Arc } from '../arcs.ts'
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'

/** Columns that are 0 or 1, at most one of them 1. */
type Marks = ReadonlySet<number>

/** Combinations of marks that are tried for an equation. */
const MOST_COMBINATIONS = 4096

/**
 * Where one of them is 1 for sure, the last one is 1 less all others.
 *
 * Invariant: what is added follows from the constraints that say that at most one of the columns is 1 and from the
 * equation, which all stay.
 */
export function marks(draft: Draft, seen: Set<string>): void {
  replaceLast(draft)
  const ranges = rangesOf(draft)
  const sets = marksIn(draft, ranges)
  if (sets.size === 0) return
  for (const constraint of Array.from(draft.constraints)) {
    if (constraint === undefined || constraint.degree !== 1 || constraint.columns.length < 2) continue
    const parts = partsOf(draft, constraint, { sets, ranges })
    if (parts === undefined) continue
    const sizes = parts.parts.map(({ options }) => options.size)
    const key = `${constraint.id}:${parts.rest.from},${parts.rest.width}:${sizes.join()}`
    if (seen.has(key)) continue
    seen.add(key)
    exclude(draft, parts)
  }
}

function replaceLast(draft: Draft): void {
  const ranges = rangesOf(draft)
  for (const [index, constraint] of draft.constraints.entries()) {
    if (constraint === undefined || !isSumOfOne(constraint) || !areBits(constraint, ranges)) continue
    const column = constraint.columns.at(-1)!
    draft.setConstraint(index, undefined)
    draft.substitute(new Map([[column, draft.polynomials.solved(constraint, column)!]]))
  }
}

/** Σ − 1 */
const isSumOfOne = ({ degree, constant, columns, coefficients }: Polynomial): boolean =>
  degree === 1 && columns.length > 1 && constant === P - 1 && coefficients.every(each => each === 1)

const areBits = ({ columns }: Polynomial, ranges: Ranges): boolean =>
  columns.every(column => ranges.valuesOf(column, 2)?.join() === '0,1')

/** By column the marks that it is one of: the largest set. */
function marksIn({ polynomials, constraints }: Draft, ranges: Ranges): ReadonlyMap<number, Marks> {
  const found: Marks[] = []
  for (const constraint of constraints) {
    const factors = constraint === undefined ? [] : polynomials.factorsOf(constraint)
    const sum = factors.find(isSumOfOne)
    const isMarked = factors.length === 2 && sum !== undefined && factors.includes(polynomials.plusConstant(sum, 1))
    if (isMarked && areBits(sum, ranges)) found.push(new Set(sum.columns))
  }
  const byColumn = new Map<number, Marks>()
  for (const each of found.toSorted((a, b) => a.size - b.size)) for (const column of each) byColumn.set(column, each)
  return byColumn
}

/** What marks come to in an equation: what each of them adds, by column, and 0 if none of these is set. */
interface Part {
  readonly options: ReadonlyMap<number | undefined, number>
}

interface Parts {
  readonly parts: readonly Part[]
  /** What everything else may add. */
  readonly rest: Arc
}

interface Known {
  readonly sets: ReadonlyMap<number, Marks>
  readonly ranges: Ranges
}

/** Undefined where there is nothing to be told. */
function partsOf({ polynomials }: Draft, equation: Polynomial, { sets, ranges }: Known): Parts | undefined {
  const bySet = new Map<Marks, Map<number | undefined, number>>()
  let rest: Arc | undefined = { from: equation.constant, width: 0 }
  for (const [at, { id }] of equation.atoms.entries()) {
    const coefficient = equation.coefficients[at]!
    const set = sets.get(id)
    if (set === undefined) {
      const arc = ranges.of(polynomials.column(id))
      rest = sumOf(rest, arc && mapped(arc, coefficient, 0))
      if (rest === undefined) return undefined
    } else {
      const options = bySet.get(set)
      if (options === undefined) bySet.set(set, new Map([[id, coefficient]]))
      else options.set(id, coefficient)
    }
  }
  if (bySet.size === 0) return undefined
  const parts = [...bySet.values()].map(options => ({ options: options.set(undefined, 0) }))
  const combinations = parts.reduce((all, { options }) => all * options.size, 1)
  return combinations <= MOST_COMBINATIONS ? { parts, rest } : undefined
}

/** Marks that no combination has, which the rest can make up to 0, are 0; one that all of them have is 1. */
function exclude(draft: Draft, { parts, rest }: Parts): void {
  const possible = parts.map(() => new Set<number | undefined>())
  const chosen: (number | undefined)[] = []
  const descend = (depth: number, sum: number): void => {
    if (depth < parts.length) {
      for (const [column, value] of parts[depth]!.options) {
        chosen[depth] = column
        descend(depth + 1, add(sum, value))
      }
    } else if (contains(rest, multiply(P - 1, sum))) for (const [at, set] of possible.entries()) set.add(chosen[at])
  }
  descend(0, 0)
  const { polynomials } = draft
  for (const [at, { options }] of parts.entries()) {
    const left = possible[at]!
    // Nothing satisfies the equation: it says so.
    if (left.size === 0) return
    for (const column of options.keys()) {
      if (column === undefined) continue
      const of = polynomials.column(column)
      if (!left.has(column)) draft.addConstraint(of)
      else if (left.size === 1) draft.addConstraint(polynomials.plusConstant(of, -1))
    }
  }
}
