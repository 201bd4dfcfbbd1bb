/** Chains of SHA-256's compression function, which archives and proofs are hashed with: no padding, no length. */
import { _SHA256, sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

export const BLOCK_BYTES = 64
export const DIGEST_BYTES = 32

type State = [number, number, number, number, number, number, number, number]

/** The state of a hash that is never finished. */
class Compression extends _SHA256 {
  constructor(start: State) {
    super()
    const [a, b, c, d, e, f, g, h] = start
    this.set(a, b, c, d, e, f, g, h)
  }

  state(): State {
    return this.get() as State
  }

  block(view: DataView, at: number): void {
    this.process(view, at)
  }
}

/** What a chain is for: no two of them share a state to begin with. */
export type ChainName = 'leaf' | 'node' | 'join' | 'transcript' | 'content'

const starts = new Map<ChainName, State>()

function startOf(name: ChainName): State {
  let start = starts.get(name)
  if (start === undefined) {
    const digest = sha256(utf8ToBytes(`rvr-stark-1 ${name}`))
    const view = new DataView(digest.buffer, digest.byteOffset, DIGEST_BYTES)
    start = Array.from({ length: 8 }, (_, word) => view.getInt32(4 * word)) as State
    starts.set(name, start)
  }
  return start
}

/** A chain over bytes, whose blocks are 64 of them each; message words are big-endian, as SHA-256 has them. */
export class Chain {
  readonly #compression: Compression
  /** Bytes of a block that is not full yet. */
  readonly #block = new Uint8Array(BLOCK_BYTES)
  readonly #blockView = new DataView(this.#block.buffer)
  #filled = 0

  constructor(name: ChainName) {
    this.#compression = new Compression(startOf(name))
  }

  /** The next bytes; where they end does not matter. */
  add(bytes: Uint8Array): void {
    let at = 0
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#filled)
      this.#filled += at
      if (this.#filled < BLOCK_BYTES) return
      this.#compression.block(this.#blockView, 0)
      this.#filled = 0
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#compression.block(view, at)
    this.#block.set(bytes.subarray(at))
    this.#filled = bytes.length - at
  }

  /** Zeros to the end of a block that has begun. */
  pad(): void {
    if (this.#filled === 0) return
    this.#block.fill(0, this.#filled)
    this.#compression.block(this.#blockView, 0)
    this.#filled = 0
  }

  /** A block of 16 little-endian words, 0 where none is given. */
  frame(...words: readonly number[]): void {
    const bytes = new Uint8Array(BLOCK_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true)
    this.add(bytes)
  }

  /** The state as it lies in memory: 8 little-endian words. Bytes of a block that is not full are not in it. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(DIGEST_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [index, word] of this.#compression.state().entries()) view.setInt32(4 * index, word, true)
    return bytes
  }
}
