/** Addresses of memory as two limbs of a base register and an offset: what the constraints of an access say of them. */
import { P, inverse, multiply, subtract } from '../../air/field.ts'
import { common, hull, isWithin, sumOf, type Arc } from './arcs.ts'
import { valuesInCases } from './cases.ts'
import type { Draft } from './draft.ts'
import { elementOf, signed, type Polynomial } from './polynomials.ts'
import type { Ranges } from './ranges.ts'

/**
 * A pointer P = low + M·high of which these hold as integers: 0 ≤ low < M, 0 ≤ high, P < p/2, and P ≡ base + offset
 * modulo M².
 */
export interface Pointer {
  readonly low: number
  readonly high: number
  /** low + M·high */
  readonly of: Polynomial
  readonly base: Polynomial
  /** From −M²/2 on. */
  readonly offset: number
  /** What is subtracted from P in messages: where the access begins in its block. */
  readonly shift: Polynomial
  /** The two constraints that say so. */
  readonly constraints: readonly [low: number, high: number]
}

/** M: pointers of more bits have more than two limbs. */
const LIMB = 65536
const WORD = LIMB * LIMB

/** A polynomial without constant and its possible values. */
interface Roots {
  readonly constraint: number
  readonly core: Polynomial
  readonly values: readonly number[]
}

/** The constraint says that the column and others have a sum of one or two values. */
function rootsWith(draft: Draft, column: number, isOther: (columns: readonly number[]) => boolean): Roots | undefined {
  const { polynomials } = draft
  for (const constraint of draft.constraintsOf(column)) {
    const of = draft.constraints[constraint]!
    if (!isOther(of.columns)) continue
    const factors = polynomials.factorsOf(of)
    const [core] = factors.map(each => polynomials.core(each).core)
    if (core === undefined || core.degree !== 1 || factors.length > 2) continue
    if (factors.some(each => polynomials.core(each).core !== core)) continue
    return { constraint, core, values: factors.map(({ constant }) => subtract(0, constant)) }
  }
  return undefined
}

/** With the column's coefficient as −times: what the column's multiple is less than, and by what. */
function solvedRoots(draft: Draft, { core, values }: Roots, column: number, times: number) {
  const coefficient = draft.polynomials.coefficient(core, column)
  if (coefficient === undefined || coefficient === 0) return undefined
  const scale = multiply(elementOf(-times), inverse(coefficient))
  return {
    of: draft.polynomials.scaled(core, scale),
    plus: values.map(value => subtract(0, multiply(value, scale))),
  }
}

/** The pointer that a field of a memory message is, if it can be told apart. */
export function pointerIn(draft: Draft, field: Polynomial, ranges: Ranges): Pointer | undefined {
  if (field.degree !== 1) return undefined
  const { polynomials } = draft
  const withCoefficient = (wanted: number): readonly number[] =>
    field.columns.filter(column => polynomials.coefficient(field, column) === wanted)
  for (const high of withCoefficient(LIMB)) {
    for (const low of withCoefficient(1)) {
      const upper = rootsWith(draft, high, columns => columns.includes(low))
      const lower = upper && rootsWith(draft, low, columns => !columns.includes(high))
      const found = lower && pointerOf(draft, { field, low, high, lower, upper }, ranges)
      if (found !== undefined) return found
    }
  }
  return undefined
}

interface Parts {
  readonly field: Polynomial
  readonly low: number
  readonly high: number
  readonly lower: Roots
  readonly upper: Roots
}

function pointerOf(draft: Draft, { field, low, high, lower, upper }: Parts, ranges: Ranges): Pointer | undefined {
  const { polynomials } = draft
  const [lowColumn, highColumn] = [polynomials.column(low), polynomials.column(high)]
  const of = polynomials.sum([
    [lowColumn, 1],
    [highColumn, LIMB],
  ])
  const lowSide = solvedRoots(draft, lower, low, 1)
  const highSide = solvedRoots(draft, upper, high, LIMB)
  if (lowSide === undefined || highSide === undefined) return undefined
  const lowBase = polynomials.plus(lowSide.of, lowColumn)
  const base = polynomials.plus(highSide.of, of)
  if (base.columns.includes(low) || base.columns.includes(high)) return undefined
  const highBase = polynomials.scaled(polynomials.minus(base, lowBase), inverse(LIMB))
  const limb = { from: 0, width: LIMB - 1 }
  const isLimb = (each: Polynomial): boolean => {
    const arc = ranges.of(each)
    return arc !== undefined && isWithin(arc, limb)
  }
  if (![lowBase, highBase].every(isLimb)) return undefined
  const shift = polynomials.minus(of, field)
  const lowArc = common(ranges.of(lowColumn), shiftedArc(draft, { low: lowColumn, shift }, ranges))
  if (lowArc === undefined || !isWithin(lowArc, limb)) return undefined
  const highArc = ranges.of(highColumn)
  // P stays below p/2, so sums with small offsets do not wrap.
  if (highArc === undefined || !isWithin(highArc, { from: 0, width: LIMB / 8 - 1 })) return undefined
  const offset = offsetOf(lowSide.plus, highSide.plus)
  if (offset === undefined) return undefined
  return { low, high, of, base, offset, shift, constraints: [lower.constraint, upper.constraint] }
}

/** The low limb is checked without the shift. */
function shiftedArc(
  draft: Draft,
  { low, shift }: { readonly low: Polynomial; readonly shift: Polynomial },
  ranges: Ranges,
): Arc | undefined {
  const values = valuesInCases(draft, shift, ranges)
  return sumOf(ranges.of(draft.polynomials.minus(low, shift)), values && hull(values))
}

/** low = lowBase + one of `lows`, P = base + one of `highs`: the number that these are modulo M². */
function offsetOf(lows: readonly number[], highs: readonly number[]): number | undefined {
  const least = new Set(lows.map(each => ((signed(each) % LIMB) + LIMB) % LIMB))
  if (least.size !== 1 || lows.some(each => signed(each) < -LIMB || signed(each) >= LIMB)) return undefined
  const [low] = least
  const upper = highs.map(each => signed(multiply(subtract(each, low!), inverse(LIMB))))
  if (upper.some(each => each < -LIMB || each >= LIMB)) return undefined
  const most = new Set(upper.map(each => ((each % LIMB) + LIMB) % LIMB))
  if (most.size !== 1) return undefined
  const word = low! + LIMB * [...most][0]!
  return word >= WORD / 2 ? word - WORD : word
}

/** Offsets are that close, or nothing follows. */
export const NEAR = P / 8
