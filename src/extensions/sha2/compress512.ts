/** The compression of SHA-512 (FIPS 180-4, 6.4.2), the reference for ffi/sha2/sha512.c. */
import { constants512 } from './constants.ts'

export const STATE_BYTES_512 = 64
export const BLOCK_BYTES_512 = 128

const turned = (word: bigint, by: bigint): bigint => (word >> by) | BigInt.asUintN(64, word << (64n - by))

function schedule(block: DataView): BigUint64Array {
  const words = new BigUint64Array(80)
  for (let t = 0; t < 16; t++) words[t] = block.getBigUint64(8 * t)
  for (let t = 16; t < 80; t++) {
    const early = words[t - 15]!
    const late = words[t - 2]!
    const sigma0 = turned(early, 1n) ^ turned(early, 8n) ^ (early >> 7n)
    const sigma1 = turned(late, 19n) ^ turned(late, 61n) ^ (late >> 6n)
    words[t] = sigma1 + words[t - 7]! + sigma0 + words[t - 16]!
  }
  return words
}

/**
 * Writes to `out` what `state` becomes by `block`. State words are little-endian, message words big-endian. The three
 * may overlap.
 */
export function compress512(out: Uint8Array, state: Uint8Array, block: Uint8Array): void {
  const before = new DataView(new Uint8Array(state).buffer)
  const constants = constants512()
  const words = schedule(new DataView(new Uint8Array(block).buffer))
  let [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, index) => before.getBigUint64(8 * index, true)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  for (let t = 0; t < 80; t++) {
    const sum1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n)
    const choice = g ^ (e & (f ^ g))
    const first = h + sum1 + choice + constants[t]! + words[t]!
    const sum0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n)
    const majority = (a & b) | (c & (a | b))
    ;[a, b, c, d, e, f, g, h] = [
      BigInt.asUintN(64, first + sum0 + majority),
      a,
      b,
      c,
      BigInt.asUintN(64, d + first),
      e,
      f,
      g,
    ]
  }
  const after = new DataView(out.buffer, out.byteOffset, STATE_BYTES_512)
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    after.setBigUint64(8 * index, before.getBigUint64(8 * index, true) + word, true)
}
