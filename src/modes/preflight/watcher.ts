/** What the interpreter executes, put on the tape as native code puts it there, and host instructions and calls. */
import { MEMORY_BYTES } from '../../elf/image.ts'
import type { Instr } from '../../isa/row.ts'
import { MEMORY } from '../../layout/meter.ts'
import type { Hart } from '../../program/hart.ts'
import type { ContentWatcher, Touch } from '../collector.ts'
import type { Tape } from './tape.ts'

/** A call or host instruction that has not been executed yet. */
interface Pending {
  readonly touches: readonly Touch[]
  /** What the blocks that it touches hold. */
  readonly blocks: readonly bigint[]
}

const NOTHING: Pending = { touches: [], blocks: [] }

export class TapeWatcher implements ContentWatcher {
  readonly #hart: Hart
  readonly #tape: Tape
  readonly #blockBytes: number
  #pending = NOTHING

  constructor(hart: Hart, tape: Tape) {
    this.#hart = hart
    this.#tape = tape
    this.#blockBytes = hart.xlen / 8
  }

  access(address: number, width: number): void {
    const bytes = this.#blockBytes
    const first = address - (address % bytes)
    this.#tape.push(this.#word(first))
    if (address + width > first + bytes) this.#tape.push(this.#word(first + bytes))
  }

  before(_instr: Instr, touches: readonly Touch[], publicValues: Uint8Array): void {
    this.#pending = { touches, blocks: touches.flatMap(touch => this.#blocksOf(touch, publicValues)) }
  }

  behind({ row }: Instr, rows: number): void {
    const { touches, blocks } = this.#pending
    this.#pending = NOTHING
    if (row.kind === 'host') {
      const hints = touches.flatMap(touch => this.#hintsAt(touch, rows))
      for (const number of [rows, hints.length]) this.#push(BigInt(number))
      for (const hint of hints) this.#push(hint)
    }
    for (const block of blocks) this.#push(block)
  }

  #push(word: bigint): void {
    this.#tape.push(this.#hart.xlen === 64 ? word : Number(word))
  }

  #word(address: number): bigint | number {
    const { view, xlen } = this.#hart
    return xlen === 64 ? view.getBigUint64(address, true) : view.getUint32(address, true)
  }

  /** Nothing where the instruction is going to trap. */
  #blocksOf({ space, address, length }: Touch, publicValues: Uint8Array): bigint[] {
    const size = space === MEMORY ? MEMORY_BYTES : publicValues.length
    if (length === 0 || !(address + length <= size)) return []
    const bytes = this.#blockBytes
    const blocks: bigint[] = []
    for (let at = address - (address % bytes); at < address + length; at += bytes)
      blocks.push(space === MEMORY ? BigInt(this.#word(at)) : blockOf(publicValues, at, bytes))
    return blocks
  }

  /** The words of the hint stream that the instruction has put there, one for each of its rows. */
  #hintsAt({ space, address, length }: Touch, rows: number): bigint[] {
    const bytes = this.#blockBytes
    if (space !== MEMORY || length !== rows * bytes) return []
    return Array.from({ length: rows }, (_, row) => BigInt(this.#word(address + row * bytes)))
  }
}

/** Public values may end within a block, which is zero behind them. */
function blockOf(values: Uint8Array, address: number, bytes: number): bigint {
  let word = 0n
  for (let at = bytes - 1; at >= 0; at--) word = (word << 8n) | BigInt(values[address + at] ?? 0)
  return word
}
