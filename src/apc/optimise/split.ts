/** Equations between small integers: what follows from the parts' sizes. */
import { P, inverse, multiply, subtract } from '../../air/field.ts'
import { ends, type Arc } from './arcs.ts'
import { elementOf, signed, type Polynomial, type Polynomials } from './polynomials.ts'
import type { Ranges } from './ranges.ts'

/** A multiple of a column or product, as an integer above its least value. */
interface Term {
  readonly of: Polynomial
  readonly coefficient: number
  readonly least: number
  readonly width: number
}

interface Equation {
  readonly terms: readonly Term[]
  /** The terms with their least values come to this less than 0. */
  readonly rest: number
}

/** Terms of longer equations are not looked at. */
const MOST_TERMS = 24

/** A polynomial that is no sum of the others, but whose values are known: `times` it is subtracted. */
export interface Slack {
  readonly of: Polynomial
  readonly arc: Arc
  readonly times: number
}

/**
 * Equations that together say what this one does, as it says that polynomials are constant or that only some of the
 * terms are equal; undefined where nothing follows.
 */
export function splitEquation(
  polynomials: Polynomials,
  equation: Polynomial,
  ranges: Ranges,
  slack?: Slack,
): readonly Polynomial[] | undefined {
  const terms = equation.atoms.length + Number(slack !== undefined)
  if (terms < 2 || terms > MOST_TERMS) return undefined
  const parts = slack === undefined ? [] : [{ of: slack.of, arc: slack.arc, times: subtract(0, slack.times) }]
  for (const [at, { id, factors }] of equation.atoms.entries()) {
    const of = termOf(polynomials, id, factors)
    const arc = ranges.of(of)
    if (arc === undefined) return undefined
    parts.push({ of, arc, times: equation.coefficients[at]! })
  }
  const tried = new Set<number>()
  for (const coefficient of equation.coefficients) {
    const scale = inverse(coefficient)
    const key = Math.min(scale, P - scale)
    if (tried.has(key)) continue
    tried.add(key)
    const integers = integerEquation(parts, equation.constant, scale)
    const split = integers && (extremes(polynomials, integers) ?? residues(polynomials, integers))
    if (split !== undefined) return split
  }
  return undefined
}

/** The multiple of an equation over integers, if nothing in it can wrap. */
function integerEquation(parts: readonly Slack[], constant: number, scale: number): Equation | undefined {
  const terms: Term[] = []
  let [base, width] = [multiply(constant, scale), 0]
  for (const { of, arc, times } of parts) {
    const coefficient = signed(multiply(times, scale))
    width += Math.abs(coefficient) * arc.width
    if (width >= P - 1) return undefined
    const [least] = ends(arc)
    const low = coefficient > 0 ? least : least + arc.width
    base = (base + multiply(elementOf(coefficient), elementOf(low))) % P
    terms.push({ of, coefficient, least, width: arc.width })
  }
  // Steps up from the lowest sum: exactly `rest` of them have to be made.
  return { terms, rest: elementOf(-base) }
}

function termOf(polynomials: Polynomials, id: number, factors: readonly Polynomial[] | undefined): Polynomial {
  return factors === undefined ? polynomials.column(id) : polynomials.product(factors)
}

const stepsOf = ({ coefficient, width }: Term): number => Math.abs(coefficient) * width

/** The polynomial that says how many steps a term is above its lowest. */
function steps(polynomials: Polynomials, { of, coefficient, least, width }: Term): Polynomial {
  const low = coefficient > 0 ? least : least + width
  return polynomials.scaled(polynomials.plusConstant(of, -low), elementOf(coefficient))
}

/** No steps, or all of them: every term is at an end. */
function extremes(polynomials: Polynomials, { terms, rest }: Equation): readonly Polynomial[] | undefined {
  const most = terms.reduce((sum, term) => sum + stepsOf(term), 0)
  if (rest !== 0 && rest !== most) return undefined
  return terms.map(term => {
    const own = rest === 0 ? 0 : stepsOf(term)
    return polynomials.plusConstant(steps(polynomials, term), -own)
  })
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** Terms with small coefficients have to make up what the others, multiples of one number, cannot. */
function residues(polynomials: Polynomials, { terms, rest }: Equation): readonly Polynomial[] | undefined {
  const sorted = terms.toSorted((a, b) => Math.abs(a.coefficient) - Math.abs(b.coefficient))
  let width = 0
  for (let at = 1; at < sorted.length; at++) {
    width += stepsOf(sorted[at - 1]!)
    const modulus = sorted.slice(at).reduce((all, { coefficient }) => greatestDivisor(all, Math.abs(coefficient)), 0)
    if (width >= modulus) continue
    const low = rest % modulus
    // What no low part can make is left to whoever finds that nothing satisfies the constraint.
    if (low > width) return undefined
    const sum = (part: readonly Term[], wanted: number): Polynomial =>
      polynomials.plusConstant(polynomials.sum(part.map(term => [steps(polynomials, term), 1])), -wanted)
    return [sum(sorted.slice(0, at), low), sum(sorted.slice(at), rest - low)]
  }
  return undefined
}
