/** A pseudo-random source that its seed decides. */

/** Whole numbers below a bound. */
export type Random = (bound: number) => number

/** The sequence depends on `seed` alone (mulberry32). */
export function randomSource(seed: number): Random {
  let state = seed >>> 0
  return bound => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}
