/** Leaves of guest memory that have been touched, a bit each, at the end of the area of mode `calls-memory`. */
import { callsBytes } from '../../layout/calls.ts'
import type { AreaPlace } from '../../layout/area.ts'
import { meterLayoutOf } from '../../machine/leaves.ts'
import type { Machine } from '../../machine/machine.ts'
import { Column } from './column.ts'

/** Ascending and apart from each other. */
export interface LeafRanges {
  readonly first: Uint32Array
  readonly count: Uint32Array
}

const BITS = 32
const FULL = 2 ** BITS - 1

export const leavesOf = (machine: Pick<Machine, 'memory'>): number => meterLayoutOf(machine).seen.count
export const markBytes = (machine: Pick<Machine, 'memory'>): number => leavesOf(machine) / 8
/** Bytes of the area of mode `calls-memory`: that of mode `calls`, then the marks. */
export const markedBytes = (slots: number, machine: Pick<Machine, 'memory'>): number =>
  callsBytes(slots) + markBytes(machine)

export class LeafMarks {
  readonly #words: Uint32Array
  readonly #leafBytes: number

  /** `place`: where the area begins. */
  constructor({ buffer, offset }: AreaPlace, slots: number, machine: Pick<Machine, 'memory'>) {
    this.#words = new Uint32Array(buffer, offset + callsBytes(slots), markBytes(machine) / 4)
    this.#leafBytes = meterLayoutOf(machine).leafBytes
  }

  /** Marks the leaves of some bytes; returns how many had no mark. */
  touch(address: number, length: number): number {
    if (length === 0) return 0
    let found = 0
    const last = Math.floor((address + length - 1) / this.#leafBytes)
    for (let leaf = Math.floor(address / this.#leafBytes); leaf <= last; leaf++) {
      const word = leaf >>> 5
      const bit = 1 << (leaf & (BITS - 1))
      if ((this.#words[word]! & bit) !== 0) continue
      this.#words[word]! |= bit
      found++
    }
    return found
  }

  /** Takes all marks away. */
  take(): LeafRanges {
    const words = this.#words
    const first = new Column(Uint32Array)
    const count = new Column(Uint32Array)
    let start = 0
    let end = 0
    const close = (): void => {
      if (end === start) return
      first.push(start)
      count.push(end - start)
    }
    const add = (leaf: number, leaves: number): void => {
      if (leaf !== end) {
        close()
        start = leaf
      }
      end = leaf + leaves
    }
    for (let index = 0; index < words.length; index++) {
      const word = words[index]!
      if (word === 0) continue
      words[index] = 0
      if (word === FULL) add(index * BITS, BITS)
      else for (let bit = 0; bit < BITS; bit++) if (((word >>> bit) & 1) === 1) add(index * BITS + bit, 1)
    }
    close()
    return { first: first.finish(), count: count.finish() }
  }

  /** Puts back what was taken. */
  put({ first, count }: LeafRanges): void {
    const words = this.#words
    for (let range = 0; range < first.length; range++) {
      const end = first[range]! + count[range]!
      for (let leaf = first[range]!; leaf < end;) {
        if (leaf % BITS === 0 && end - leaf >= BITS) {
          const full = Math.floor((end - leaf) / BITS)
          words.fill(FULL, leaf / BITS, leaf / BITS + full)
          leaf += full * BITS
        } else {
          words[leaf >>> 5]! |= 1 << (leaf & (BITS - 1))
          leaf++
        }
      }
    }
  }
}
