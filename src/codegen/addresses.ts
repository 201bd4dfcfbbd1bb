/** How a unit's text says addresses of the guest: as they are, or so that it stays the same when the guest's code and data move. */
import type { Instr } from '../isa/row.ts'
import type { Program } from '../program/program.ts'
import type { EmitterContext } from './emitter.ts'
import { hex8 } from './names.ts'
import { constant, wideConstant } from './operands.ts'
import type { StableText } from './stable.ts'

export interface Addresses {
  /** The end of a label's name. */
  label(pc: number): string
  /** The pc that the state block gets. */
  pc(pc: number): string
  /** The same as the variable pc of a way out has it: less what stands in `exitBase`, which ends in a plus sign. */
  exit(pc: number): string
  readonly exitBase: string
  /** A code address as a value of type reg. */
  link(pc: number): string
  /** What lui or auipc yields, of type reg. */
  upper(instr: Instr): string
  /** An address that may move, of type reg. */
  whole(address: number): string
  /** What is added to the upper part of such an address, of type reg. */
  rest(immediate: number): string
}

/** The value of lui or auipc. */
export const upperValue = (instr: Instr): number =>
  (instr.row.kind === 'upper' && instr.row.relative ? instr.pc : 0) + instr.imm

/** The text of small guests: every address is a number. */
export function fixedAddresses({
  graph: {
    program: { xlen },
  },
}: EmitterContext): Addresses {
  return {
    label: hex8,
    pc: pc => `0x${hex8(pc)}`,
    exit: pc => `0x${hex8(pc)}`,
    exitBase: '',
    link: pc => wideConstant(pc, xlen),
    upper: instr => wideConstant(upperValue(instr), xlen),
    whole: address => wideConstant(address, xlen),
    rest: constant,
  }
}

const PAGE = 4096

/** Which values of lui may be addresses; none where code builds its addresses with auipc. */
export type MovingRange = { readonly low: number; readonly high: number } | undefined

export function movingRange({ image, instrs }: Program): MovingRange {
  const first = image.segments[0]
  if (first === undefined) return undefined
  const range = { low: first.address - PAGE / 2, high: image.end + PAGE }
  let absolute = 0
  let relative = 0
  for (const instr of instrs) {
    if (instr?.row.kind !== 'upper') continue
    if (instr.row.relative) relative++
    else if (instr.imm >= range.low && instr.imm < range.high) absolute++
  }
  return absolute > relative ? range : undefined
}

/** Does lui or auipc make the upper part of an address that may move? */
export const isMovingUpper = ({ row, imm }: Instr, range: MovingRange): boolean =>
  row.kind === 'upper' && (row.relative || (range !== undefined && imm >= range.low && imm < range.high))

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
  readonly #xlen: Program['xlen']
  readonly #entries = new Map<number, number>()

  /** `low` … `high`: the unit's own code. */
  constructor(stable: StableText, xlen: Program['xlen'], low: number, high: number) {
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
