/** Polynomials that are 0 exactly where several others all are. */
import { P } from '../../air/field.ts'
import { ends } from './arcs.ts'
import type { Polynomial, Polynomials } from './polynomials.ts'
import type { Ranges } from './ranges.ts'

/** No square is a multiple of another one by it: x² − 31·y² is 0 only where both are. */
const NON_SQUARE = 31

export interface Testing {
  readonly ranges: Ranges
  /** No polynomial is of a higher one, unless what is given is. */
  readonly degree: number
}

/** As few as can be; all of them are 0 where all that is given is, and nowhere else. */
export function zeroTests(
  polynomials: Polynomials,
  given: readonly Polynomial[],
  { ranges, degree }: Testing,
): readonly Polynomial[] {
  const distinct = [...Map.groupBy(given, of => polynomials.monic(of)).values()].map(([first]) => first!)
  const square = (of: Polynomial): Polynomial => polynomials.times(of, of)
  const sums = sumsOfNaturals(polynomials, distinct, ranges)
  if (sums.length === 1 || sums.some(of => 2 * of.degree > degree)) return sums
  const squares = distinct.reduce((sum, each) => sum + greatest(each, ranges) ** 2, 0)
  if (squares < P) return [polynomials.sum(distinct.map(each => [square(each), 1]))]
  const tests: Polynomial[] = []
  for (let at = 0; at < sums.length; at += 2) {
    const [x, y] = [sums[at]!, sums[at + 1]]
    const parts: (readonly [Polynomial, number])[] =
      y === undefined
        ? []
        : [
            [square(x), 1],
            [square(y), P - NON_SQUARE],
          ]
    tests.push(y === undefined ? x : polynomials.sum(parts))
  }
  return tests
}

/** Those that have one sign are added up as long as no sum wraps. */
function sumsOfNaturals(polynomials: Polynomials, given: readonly Polynomial[], ranges: Ranges): readonly Polynomial[] {
  const found: Polynomial[] = []
  let [sum, most] = [polynomials.zero, 0]
  for (const each of given) {
    const arc = ranges.of(each)
    const [least, greatestOf] = arc === undefined ? [-P, P] : ends(arc)
    const size = greatest(each, ranges)
    if ((least < 0 && greatestOf > 0) || most + size >= P) found.push(each)
    else {
      sum = polynomials.sum([
        [sum, 1],
        [each, least < 0 ? P - 1 : 1],
      ])
      most += size
    }
  }
  return sum === polynomials.zero ? found : [sum, ...found]
}

function greatest(of: Polynomial, ranges: Ranges): number {
  const arc = ranges.of(of)
  if (arc === undefined) return P
  const [least, most] = ends(arc)
  return Math.max(-least, most)
}
