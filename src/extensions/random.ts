/** The host's random generator: deterministic, so that a run can be repeated, resumed and checked. */
import { createCipheriv, createHash } from 'node:crypto'
import * as v from 'valibot'

const BLOCK_BYTES = 16
export const RANDOM_WORD_BYTES = 8

/** Where a generator stands: its seed, and how many 64-bit words have been drawn. */
export interface RandomState {
  readonly seed: bigint
  drawn: bigint
}

const seedText = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,1000}$/),
  v.transform(text => BigInt(text)),
)
const drawnText = v.pipe(
  v.string(),
  v.regex(/^\d{1,20}$/),
  v.transform(text => BigInt(text)),
  v.maxValue(2n ** 63n - 1n),
)
/** The state as saved runs have it. */
export const SavedRandom = v.strictObject({ seed: seedText, drawn: drawnText })
export const randomText = ({ seed, drawn }: RandomState): v.InferInput<typeof SavedRandom> => ({
  seed: `${seed}`,
  drawn: `${drawn}`,
})

/**
 * The next `length` bytes of the stream of `random`; advances `random.drawn` by the 64-bit words that they take.
 *
 * The stream is the AES-256-CTR key stream whose key is SHA-256 of `rvr random ` followed by the seed as decimal text;
 * 64-bit word k of the stream is bytes 8k … 8k + 7. So the state is a seed and a position, and long requests run at
 * memory speed.
 */
export function drawRandom(random: RandomState, length: number): Uint8Array {
  const key = createHash('sha256').update(`rvr random ${random.seed}`).digest()
  const iv = Buffer.alloc(BLOCK_BYTES)
  const block = random.drawn / BigInt(BLOCK_BYTES / RANDOM_WORD_BYTES)
  iv.writeBigUInt64BE(BigInt.asUintN(64, block), 8)
  const skip = Number(random.drawn % BigInt(BLOCK_BYTES / RANDOM_WORD_BYTES)) * RANDOM_WORD_BYTES
  const stream = createCipheriv('aes-256-ctr', key, iv).update(new Uint8Array(skip + length))
  random.drawn += BigInt(Math.ceil(length / RANDOM_WORD_BYTES))
  return new Uint8Array(stream.buffer, stream.byteOffset + skip, length)
}
