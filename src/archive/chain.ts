/** Chains of SHA-256's compression function, which archives and proofs are hashed with: no padding, no length. */
import { createHash } from 'node:crypto'
import { _SHA256 } from '@noble/hashes/sha2.js'

export const BLOCK_BYTES = 64
export const DIGEST_BYTES = 32
const STATE_WORDS = 8

/** The compression function over whole blocks of bytes: `state` becomes the one behind them. */
export type Compress = (state: Uint32Array, bytes: Uint8Array) => void

/** One that is never finished. */
class Compression extends _SHA256 {
  through(state: Uint32Array, bytes: Uint8Array): void {
    const [a, b, c, d, e, f, g, h] = state
    this.set(a!, b!, c!, d!, e!, f!, g!, h!)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) this.process(view, at)
    state.set(this.get())
  }
}

const compression = new Compression()

/** In JavaScript, 0.1 GB a second. */
const compressHere: Compress = (state, bytes) => compression.through(state, bytes)

/** What a chain is for: no two of them share a state to begin with. */
export type ChainName = 'leaf' | 'node' | 'join' | 'transcript' | 'content'

const beginning = (name: ChainName): Uint8Array => Buffer.from(`rvr-stark-1 ${name}`, 'ascii')

/** What SHA-256 hashes last of a text that `length` bytes in all are of: `rest` of them, below 56. */
function lastBlock(rest: Uint8Array, length: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(rest)
  block[rest.length] = 0x80
  new DataView(block.buffer).setBigUint64(BLOCK_BYTES - 8, 8n * BigInt(length))
  return block
}

/** Bytes in blocks of 64; message words are big-endian, as SHA-256 has them. */
abstract class Blocks {
  /** Bytes so far. */
  protected length = 0

  /** The next bytes; where they end does not matter. */
  add(bytes: Uint8Array): void {
    this.length += bytes.length
    this.hash(bytes)
  }

  protected abstract hash(bytes: Uint8Array): void

  /** Zeros to the end of a block that has begun. */
  pad(): void {
    const begun = this.length % BLOCK_BYTES
    if (begun > 0) this.add(new Uint8Array(BLOCK_BYTES - begun))
  }

  /** A block of 16 little-endian words, 0 where none is given. */
  frame(...words: readonly number[]): void {
    const bytes = new Uint8Array(BLOCK_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true)
    this.add(bytes)
  }
}

/** A chain whose end is asked for. */
export class Chain extends Blocks {
  readonly #state = new Uint32Array(STATE_WORDS)
  readonly #compress: Compress
  /** Bytes of a block that is not full yet. */
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0

  constructor(name: ChainName, compress: Compress = compressHere) {
    super()
    this.#compress = compress
    const digest = createHash('sha256').update(beginning(name)).digest()
    for (const word of this.#state.keys()) this.#state[word] = digest.readUInt32BE(4 * word)
  }

  protected hash(bytes: Uint8Array): void {
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < BLOCK_BYTES) return
      this.#compress(this.#state, this.#block)
    }
    const whole = bytes.length - ((bytes.length - at) % BLOCK_BYTES)
    if (whole > at) this.#compress(this.#state, bytes.subarray(at, whole))
    this.#block.set(bytes.subarray(whole))
    this.#filled = bytes.length - whole
  }

  /** The state as it lies in memory: 8 little-endian words. Bytes of a block that is not full are not in it. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(DIGEST_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [index, word] of this.#state.entries()) view.setUint32(4 * index, word, true)
    return bytes
  }
}

/**
 * A chain whose end somebody claims to know, ten times as fast. It begins as the hash of its name does: with that in
 * front, it is a SHA-256 like any other but for the block that ends one. The claimed state is taken through that block.
 */
export class ClaimedChain extends Blocks {
  readonly #hash = createHash('sha256')

  constructor(name: ChainName) {
    super()
    const text = beginning(name)
    this.add(lastBlock(text, text.length))
  }

  protected hash(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  /**
   * Is this what `Chain.digest` would be? Two ends that the last block takes to the same hash would be a collision of
   * the compression function. Asked once, behind whole blocks.
   */
  endsWith(digest: Uint8Array): boolean {
    const claimed = new DataView(digest.buffer, digest.byteOffset, DIGEST_BYTES)
    const state = Uint32Array.from({ length: STATE_WORDS }, (_, word) => claimed.getUint32(4 * word, true))
    compressHere(state, lastBlock(new Uint8Array(), this.length))
    const found = this.#hash.digest()
    return state.every((word, index) => word === found.readUInt32BE(4 * index))
  }
}

/** What is put into a chain. */
export type ChainInput = Pick<Chain, 'add' | 'pad' | 'frame'>
