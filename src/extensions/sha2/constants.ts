/** Round constants of SHA-256 and SHA-512: bits of the fractional parts of cube roots of primes (FIPS 180-4). */

function firstPrimes(count: number): bigint[] {
  const primes: bigint[] = []
  for (let candidate = 2n; primes.length < count; candidate++) {
    if (primes.every(prime => candidate % prime !== 0n)) primes.push(candidate)
  }
  return primes
}

/** The greatest integer whose cube is at most `value`. */
function cubeRoot(value: bigint): bigint {
  let root = 0n
  for (let bit = 1n << 72n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** 3n <= value) root += bit
  }
  return root
}

let known512: readonly bigint[] | undefined
let known256: Int32Array | undefined

/** 80 constants of 64 bits, made at their first use: most guests hash nothing. */
export function constants512(): readonly bigint[] {
  return (known512 ??= firstPrimes(80).map(prime => BigInt.asUintN(64, cubeRoot(prime << 192n))))
}

/** 64 constants of 32 bits: the upper halves of the first 64. */
export function constants256(): Int32Array {
  return (known256 ??= Int32Array.from(constants512().slice(0, 64), constant => Number(constant >> 32n)))
}
