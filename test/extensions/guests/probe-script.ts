/** Scripts of the guest extension-probe: what it writes, executes and reveals. */
import type { Xlen } from '../../../src/elf/image.ts'

/** Registers of an instruction by their operand, as 64-bit values that the guest cuts to its width. */
export interface Registers {
  readonly rd: bigint
  readonly rs1: bigint
  readonly rs2: bigint
}

/** `operation` of a RUN command; `variant` is the rs2 field of a setup. */
export const operation = (custom: 0 | 1, funct3: number, funct7: number, variant?: number): number =>
  (custom << 12) | (funct3 << 8) | funct7 | (variant === undefined ? 0 : (variant + 1) << 16)

/** Collects commands; answers come out of the public values in the same order. */
export class ProbeScript {
  readonly #words: number[] = []
  #revealed = 0

  poke(address: number, bytes: Uint8Array): this {
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
    padded.set(bytes)
    this.#words.push(1, address, 0, bytes.length, ...new Uint32Array(padded.buffer))
    return this
  }

  peek(address: number, length: number, xlen: Xlen): this {
    this.#words.push(2, address, 0, length)
    this.#revealed += Math.ceil(length / (xlen / 8))
    return this
  }

  run(code: number, { rd, rs1, rs2 }: Registers): this {
    this.#words.push(3, code)
    for (const value of [rd, rs1, rs2]) this.#words.push(Number(value & 0xffff_ffffn), Number(value >> 32n))
    this.#revealed++
    return this
  }

  /** Reveals `bytes` of the hint stream. */
  hints(bytes: number, xlen: Xlen): this {
    this.#words.push(4, bytes / (xlen / 8))
    this.#revealed += bytes / (xlen / 8)
    return this
  }

  /** Input record and public values, which are big enough for all answers. */
  finish(xlen: Xlen): { readonly inputs: readonly Uint8Array[]; readonly publicValuesBytes: number } {
    const words = Uint32Array.from([...this.#words, 0])
    return { inputs: [new Uint8Array(words.buffer)], publicValuesBytes: Math.max(64, this.#revealed * (xlen / 8)) }
  }
}
