/** The transcript (§3). */
import type { K } from './extension.ts'
import { P } from './field.ts'
import { chained, compressed, frame, initial } from './hash.ts'

export class Transcript {
  state: Uint32Array = initial('transcript')

  absorb(tag: number, bytes: Uint8Array): void {
    this.state = compressed(this.state, frame(1, tag, bytes.length % 2 ** 32, Math.floor(bytes.length / 2 ** 32)))
    this.state = chained(this.state, bytes)
  }

  elements(tag: number, count: number): K[] {
    const kept: number[] = []
    let blocks = 0
    while (kept.length < 4 * count) {
      for (const word of compressed(this.state, frame(2, tag, blocks))) {
        const value = word % 2 ** 31
        if (value < P && kept.length < 4 * count) kept.push(value)
      }
      blocks++
    }
    this.state = compressed(this.state, frame(3, tag, blocks))
    return Array.from({ length: count }, (_, i) => kept.slice(4 * i, 4 * i + 4) as unknown as K)
  }

  indices(tag: number, bits: number, count: number): number[] {
    const blocks = Math.ceil(count / 8)
    const words = Array.from({ length: blocks }, (_, j) => [...compressed(this.state, frame(2, tag, j))]).flat()
    this.state = compressed(this.state, frame(3, tag, blocks))
    return words.slice(0, count).map(word => word % 2 ** bits)
  }

  /** @returns whether the nonce has done the work */
  work(tag: number, bits: number, nonce: bigint): boolean {
    const words = [Number(nonce & 0xffffffffn), Number(nonce >> 32n)]
    this.state = compressed(this.state, frame(4, tag, bits, 0, ...words))
    return this.state[0]! % 2 ** bits === 0 && (bits !== 0 || nonce === 0n)
  }

  /** The least nonce from `first` on that does the work. */
  nonce(tag: number, bits: number, first = 0n): bigint {
    let nonce = first
    if (bits === 0) return nonce
    const block = frame(4, tag, bits, 0)
    const view = new DataView(block.buffer)
    for (; ; nonce++) {
      view.setBigUint64(16, nonce, true)
      if (compressed(this.state, block)[0]! % 2 ** bits === 0) return nonce
    }
  }
}
