/** One leaf of a fold round becomes one value (§5). */
import { minus, plus, scaled, times, type K } from './extension.ts'
import { inverse, mul, power, reversed, root } from './field.ts'

/**
 * @param values 2^a entries: leaf `leaf` of the word on the domain of 2^h points
 * @returns the entry `leaf` of the folded word
 */
export function folded(values: readonly K[], { h, a, leaf, beta }: { h: number; a: number; leaf: number; beta: K }): K {
  const x = power(root(h), reversed(h - a, leaf))
  let points = values.map((_, t) => mul(x, power(root(a), reversed(a, t))))
  let rest = [...values]
  for (let challenge = beta; rest.length > 1; challenge = times(challenge, challenge)) {
    const halves = Array.from({ length: rest.length / 2 }, (_, pair) => pair)
    const ys = points
    rest = halves.map(pair => {
      const [e, o] = [rest[2 * pair]!, rest[2 * pair + 1]!]
      const even = scaled(plus(e, o), inverse(2))
      const odd = scaled(minus(e, o), inverse(mul(2, ys[2 * pair]!)))
      return plus(even, times(challenge, odd))
    })
    points = halves.map(pair => mul(ys[2 * pair]!, ys[2 * pair]!))
  }
  return rest[0]!
}
