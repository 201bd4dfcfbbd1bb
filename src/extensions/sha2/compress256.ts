/** The compression of SHA-256 (FIPS 180-4, 6.2.2), the reference for ffi/sha2/sha256.c. */
import { constants256 } from './constants.ts'

export const STATE_BYTES_256 = 32
export const BLOCK_BYTES_256 = 64

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

function schedule(block: DataView): Int32Array {
  const words = new Int32Array(64)
  for (let t = 0; t < 16; t++) words[t] = block.getInt32(4 * t)
  for (let t = 16; t < 64; t++) {
    const early = words[t - 15]!
    const late = words[t - 2]!
    const sigma0 = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
    const sigma1 = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
    words[t] = sigma1 + words[t - 7]! + sigma0 + words[t - 16]!
  }
  return words
}

/**
 * Writes to `out` what `state` becomes by `block`. State words are little-endian, message words big-endian. The three
 * may overlap.
 */
export function compress256(out: Uint8Array, state: Uint8Array, block: Uint8Array): void {
  const before = new DataView(new Uint8Array(state).buffer)
  const constants = constants256()
  const words = schedule(new DataView(new Uint8Array(block).buffer))
  let [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, (_, index) => before.getInt32(4 * index, true)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < 64; t++) {
    const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = (h + sum1 + choice + constants[t]! + words[t]!) | 0
    const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    ;[a, b, c, d, e, f, g, h] = [(first + sum0 + majority) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  const after = new DataView(out.buffer, out.byteOffset, STATE_BYTES_256)
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    after.setInt32(4 * index, before.getInt32(4 * index, true) + word, true)
}
