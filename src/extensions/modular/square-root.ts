/** Square roots and non-residues modulo primes, chosen as OpenVM's host chooses them. */
import { bitLength } from '../field/constants.ts'
import { power } from '../field/residues.ts'
import { chacha12Words } from './chacha12.ts'

/**
 * Enough for numbers of up to 384 bits that were not made to deceive these bases; fewer of them are exact below 2^64.
 */
const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n]

/** n − 1 = odd · 2^twos */
function splitTwos(n: bigint): { odd: bigint; twos: number } {
  let odd = n - 1n
  let twos = 0
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++
  return { odd, twos }
}

/** Miller–Rabin for odd n > 2. */
export function isPrime(n: bigint): boolean {
  const { odd, twos } = splitTwos(n)
  return WITNESSES.every(witness => {
    if (witness % n === 0n) return true
    let x = power(witness % n, odd, n)
    if (x === 1n || x === n - 1n) return true
    for (let round = 1; round < twos; round++) {
      x = (x * x) % n
      if (x === n - 1n) return true
    }
    return false
  })
}

/** A number below `bound`: little-endian words, the highest shortened to the bits of `bound`, until one fits. */
function drawBelow(bound: bigint, words: Iterator<number>): bigint {
  const bits = bitLength(bound)
  const count = Math.ceil(bits / 32)
  for (;;) {
    let value = 0n
    for (let index = 0; index < count; index++) {
      const word = (words.next().value as number) >>> (index === count - 1 ? (32 - (bits % 32)) % 32 : 0)
      value |= BigInt(word) << BigInt(32 * index)
    }
    if (value < bound) return value
  }
}

/**
 * The non-residue that OpenVM's host hints for each modulus; undefined for a composite one. Moduli that are 1 modulo 8
 * share one generator, in the order of the list.
 */
export function nonResidues(moduli: readonly bigint[]): (bigint | undefined)[] {
  const words = chacha12Words()
  return moduli.map(p => {
    if (!isPrime(p)) return undefined
    if (p % 4n === 3n) return p - 1n
    if (p % 8n === 5n) return 2n
    for (;;) {
      const candidate = 2n + drawBelow(p - 3n, words)
      if (power(candidate, (p - 1n) / 2n, p) === p - 1n) return candidate
    }
  })
}

/** The square root of `x` modulo the prime `p` that follows from a given non-residue; undefined where there is none. */
export function squareRoot(x: bigint, p: bigint, nonResidue: bigint): bigint | undefined {
  x %= p
  if (x === 0n) return 0n
  if (p % 4n === 3n) {
    const root = power(x, (p + 1n) / 4n, p)
    return (root * root) % p === x ? root : undefined
  }
  // Tonelli and Shanks: root² = x · t always, and the order of t, a power of 2, sinks until t is 1.
  const { odd, twos } = splitTwos(p)
  let order = twos
  let c = power(nonResidue, odd, p)
  let t = power(x, odd, p)
  let root = power(x, (odd + 1n) / 2n, p)
  while (t !== 1n) {
    let exponent = 0
    for (let square = t; square !== 1n; square = (square * square) % p) if (++exponent === order) return undefined
    const b = power(c, 1n << BigInt(order - exponent - 1), p)
    order = exponent
    c = (b * b) % p
    t = (t * c) % p
    root = (root * b) % p
  }
  return root
}
