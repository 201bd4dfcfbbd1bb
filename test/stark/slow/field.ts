/** The field of the proof system by plain numbers: every step is exact, since nothing exceeds 2^53. */

export const P = 2013265921
export const GENERATOR = 31

export const add = (a: number, b: number): number => (a + b) % P
export const sub = (a: number, b: number): number => (a + P - b) % P
export const negate = (a: number): number => (P - a) % P

/** By halves of b: a · high < 2^46, and (rest < 2^31) · 2^16 + a · low < 2^48. */
export function mul(a: number, b: number): number {
  const low = b % 65536
  const high = (b - low) / 65536
  return (((a * high) % P) * 65536 + a * low) % P
}

export function power(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = mul(result, square)
    square = mul(square, square)
  }
  return result
}

export const inverse = (a: number): number => power(a, P - 2)

/** The root of unity of order 2^k. */
export const root = (k: number): number => power(power(GENERATOR, 15), 2 ** (27 - k))

/** The `bits` low bits of `index` in reverse order. */
export function reversed(bits: number, index: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result = result * 2 + (Math.floor(index / 2 ** bit) % 2)
  return result
}
