/** The compression function of SHA-256 (FIPS 180-4), and the hashes that the proof system makes of it. */
import { createHash } from 'node:crypto'

/** 32 bytes: the state's words, little-endian. */
export type Digest = Uint8Array

const isPrime = (n: number): boolean => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return true
}
const primes = Array.from({ length: 320 }, (_, i) => i + 2).filter(isPrime)

/** The first 32 bits of the fraction of the cube root. */
function cubeFraction(prime: number): number {
  const scaled = BigInt(prime) << 96n
  let root = 0n
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) if ((root + bit) ** 3n <= scaled) root += bit
  return Number(root & 0xffffffffn)
}
const CONSTANTS = primes.slice(0, 64).map(cubeFraction)

const rotated = (x: number, by: number): number => (x >>> by) | (x << (32 - by))

const w = new Int32Array(64)

/** C(s, B): `block` has 64 bytes. Sums are cut to 32 bits by the arrays, and by `| 0`. */
export function compressed(state: Uint32Array, block: Uint8Array): Uint32Array {
  for (let t = 0; t < 16; t++)
    w[t] = (block[4 * t]! << 24) | (block[4 * t + 1]! << 16) | (block[4 * t + 2]! << 8) | block[4 * t + 3]!
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)
    const s1 = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10)
    w[t] = w[t - 16]! + s0 + w[t - 7]! + s1
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + CONSTANTS[t]! + w[t]!
    const t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const result = state.slice()
  const added = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) result[i]! += added[i]!
  return result
}

/** The 8 words of ordinary SHA-256 of `rvr-stark-1 NAME`. */
export function initial(name: 'leaf' | 'node' | 'join' | 'transcript' | 'content'): Uint32Array {
  const hash = createHash('sha256').update(`rvr-stark-1 ${name}`).digest()
  return Uint32Array.from({ length: 8 }, (_, index) => hash.readUInt32BE(4 * index))
}
const IV = { leaf: initial('leaf'), node: initial('node'), join: initial('join') }

/** C over the bytes, which zeros fill to whole blocks. */
export function chained(state: Uint32Array, bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 64) * 64)
  padded.set(bytes)
  let result = state
  for (let at = 0; at < padded.length; at += 64) result = compressed(result, padded.subarray(at, at + 64))
  return result
}

/** A block of words, the rest 0. */
export const frame = (...words: number[]): Uint8Array => wordBytes([...words, ...Array(16 - words.length).fill(0)])

/** Little-endian, as the machine is. */
export const wordBytes = (words: ArrayLike<number>): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer)

export const leaf = (bytes: Uint8Array): Digest => wordBytes(chained(IV.leaf, bytes))
export const node = (left: Digest, right: Digest): Digest =>
  wordBytes(compressed(IV.node, Uint8Array.from([...left, ...right])))
export const join = (above: Digest, group: Digest): Digest =>
  wordBytes(compressed(IV.join, Uint8Array.from([...above, ...group])))

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
