/** Addresses in the text of a unit that stays the same when the guest's code and data move. */
import { isMovingUpper } from '../analysis/moving-uppers.ts'
import { upperValue } from '../isa/results.ts'
import type { Xlen } from '../elf/image.ts'
import type { Instr } from '../isa/row.ts'
import type { Addresses } from './addresses.ts'
import { hex8 } from './names.ts'
import { wideConstant } from './operands.ts'
import type { StableText } from './stable.ts'

/**
 * The text of a unit of a large guest: own code is relative to the unit's first address, everything else that may move
 * is an entry of the table `at`, which another file defines. An address of an object has one entry; a part of an
 * address has one for each place that builds it, because parts of two addresses may be equal today and differ tomorrow.
 */
export class UnitAddresses implements Addresses {
  /** What the table holds; the unit's first address is in front. */
  readonly table: number[]
  readonly exitBase = 'at[0] + '
  readonly #stable: StableText
  readonly #low: number
  readonly #high: number
  readonly #xlen: Xlen
  readonly #entries = new Map<number, number>()

  /** `low` … `high`: the unit's own code. */
  constructor(stable: StableText, xlen: Xlen, low: number, high: number) {
    this.table = [low]
    this.#stable = stable
    this.#low = low
    this.#high = high
    this.#xlen = xlen
  }

  #isOwn(address: number): boolean {
    return address >= this.#low && address < this.#high
  }

  #entry(value: number): string {
    this.table.push(value)
    return `at[${this.table.length - 1}]`
  }

  label(pc: number): string {
    return this.#isOwn(pc) ? hex8(pc - this.#low) : this.#stable.places.nameOf(pc)
  }

  pc(pc: number): string {
    return this.whole(pc)
  }

  exit(pc: number): string {
    return this.#isOwn(pc) ? `0x${(pc - this.#low).toString(16)}` : `${this.whole(pc)} - at[0]`
  }

  link(pc: number): string {
    return this.whole(pc)
  }

  upper(instr: Instr): string {
    return isMovingUpper(instr, this.#stable.range)
      ? this.#entry(upperValue(instr))
      : wideConstant(upperValue(instr), this.#xlen)
  }

  whole(address: number): string {
    if (this.#isOwn(address)) return `at[0] + 0x${(address - this.#low).toString(16)}`
    const known = this.#entries.get(address)
    if (known !== undefined) return `at[${known}]`
    this.#entries.set(address, this.table.length)
    return this.#entry(address)
  }

  rest(immediate: number): string {
    return this.#entry(immediate)
  }
}
