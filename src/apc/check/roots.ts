/** Where a function of one element that is a polynomial of a low degree is 0. */
import { P, add, inverse, multiply, power, subtract } from '../../air/field.ts'

/** p − 1 is this odd number times a power of two. */
const ODD = 15
const TWOS = 27
/** An element that is no square. */
const NON_SQUARE = 31

/** A number whose square it is; undefined where there is none. */
export function squareRoot(of: number): number | undefined {
  if (of === 0) return 0
  if (power(of, (P - 1) / 2) !== 1) return undefined
  let root = power(of, (ODD + 1) / 2)
  let rest = power(of, ODD)
  let generator = power(NON_SQUARE, ODD)
  for (let order = TWOS; rest !== 1;) {
    let least = 0
    for (let square = rest; square !== 1; square = multiply(square, square)) least++
    const step = power(generator, 2 ** (order - least - 1))
    generator = multiply(step, step)
    order = least
    root = multiply(root, step)
    rest = multiply(rest, generator)
  }
  return root
}

/** The roots of a function of degree 2 at most; none where it is of a higher degree, or 0 everywhere. */
export function rootsOf(at: (x: number) => number): readonly number[] {
  const [f0, f1, f2, f3] = [at(0), at(1), at(2), at(3)]
  const twice = add(subtract(f2, multiply(2, f1)), f0)
  // Third differences are 0 for degree 2.
  if (subtract(subtract(f3, f0), multiply(3, subtract(f2, f1))) !== 0) return []
  const a = multiply(twice, inverse(2))
  const b = subtract(subtract(f1, f0), a)
  if (a === 0) return b === 0 ? [] : [multiply(subtract(0, f0), inverse(b))]
  const root = squareRoot(subtract(multiply(b, b), multiply(4, multiply(a, f0))))
  if (root === undefined) return []
  const half = inverse(multiply(2, a))
  const roots = [subtract(root, b), subtract(subtract(0, root), b)].map(each => multiply(each, half))
  return [...new Set(roots)]
}
