/** Functions on a few cases, as sums of multiples of some of them. */
import { P, add, inverse, multiply } from '../../air/field.ts'

/** By name of a function its multiple; the name `ONE` is the function that is 1 everywhere. */
export type Combination = ReadonlyMap<number, number>
export const ONE = -1

interface Reduced {
  readonly vector: number[]
  /** Where it is 1, and later ones are 0. */
  readonly pivot: number
  readonly combination: Map<number, number>
}

/** The functions that are sums of multiples of those that were added, and of 1. */
export class Span {
  readonly #basis: Reduced[] = []

  constructor(cases: number) {
    this.add(
      ONE,
      Array.from({ length: cases }, () => 1),
    )
  }

  /** Takes in a function of that name. It changes nothing if it is a sum already. */
  add(name: number, vector: readonly number[]): void {
    const { rest, combination } = this.#reduced(vector)
    const pivot = rest.findIndex(value => value !== 0)
    if (pivot < 0) return
    const scale = inverse(rest[pivot]!)
    const own = new Map([[name, scale]])
    for (const [other, times] of combination) own.set(other, P - multiply(times, scale))
    this.#basis.push({ vector: rest.map(value => multiply(value, scale)), pivot, combination: own })
  }

  /** How the function is such a sum; undefined where it is none. */
  fit(vector: readonly number[]): Combination | undefined {
    const { rest, combination } = this.#reduced(vector)
    return rest.some(value => value !== 0) ? undefined : combination
  }

  #reduced(vector: readonly number[]): { rest: number[]; combination: Map<number, number> } {
    const rest = [...vector]
    const combination = new Map<number, number>()
    for (const { vector: base, pivot, combination: own } of this.#basis) {
      const times = rest[pivot]!
      if (times === 0) continue
      for (let at = 0; at < rest.length; at++) rest[at] = add(rest[at]!, multiply(P - times, base[at]!))
      for (const [name, factor] of own) {
        const sum = add(combination.get(name) ?? 0, multiply(factor, times))
        if (sum === 0) combination.delete(name)
        else combination.set(name, sum)
      }
    }
    return { rest, combination }
  }
}
