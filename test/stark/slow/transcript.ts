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
    this.state = this.worked(tag, bits, nonce)
    return this.state[0]! % 2 ** bits === 0 && (bits !== 0 || nonce === 0n)
  }

  /** The least nonce that does the work; the transcript goes on from it. */
  grind(tag: number, bits: number): bigint {
    let nonce = 0n
    while (this.worked(tag, bits, nonce)[0]! % 2 ** bits !== 0) nonce++
    if (bits === 0) nonce = 0n
    this.work(tag, bits, nonce)
    return nonce
  }

  private worked(tag: number, bits: number, nonce: bigint): Uint32Array {
    return compressed(this.state, frame(4, tag, bits, 0, Number(nonce & 0xffffffffn), Number(nonce >> 32n)))
  }
}
