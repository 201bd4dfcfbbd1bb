/** Arithmetic modulo a number, on BigInts: the reference for ffi/field/field.h. */

/** The residue of `x` in [0, p). */
export function residue(x: bigint, p: bigint): bigint {
  const r = x % p
  return r < 0n ? r + p : r
}

/** The inverse of `x` modulo `p`; undefined where the two have a common factor. */
export function inverse(x: bigint, p: bigint): bigint | undefined {
  let [a, b, s, t] = [p, residue(x, p), 0n, 1n]
  while (b > 1n) {
    const q = a / b
    ;[a, b, s, t] = [b, a - q * b, t, s - q * t]
  }
  return b === 1n ? residue(t, p) : undefined
}

/** x^e modulo p for e ≥ 0. */
export function power(x: bigint, e: bigint, p: bigint): bigint {
  let result = 1n
  for (const bit of e.toString(2)) {
    result = (result * result) % p
    if (bit === '1') result = (result * x) % p
  }
  return residue(result, p)
}
