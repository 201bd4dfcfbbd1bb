/** How a unit's text says addresses of the guest. */
import type { Instr } from '../isa/row.ts'
import type { Xlen } from '../elf/image.ts'
import { upperValue } from '../isa/results.ts'
import { hex8 } from './names.ts'
import { constant, wideConstant } from './operands.ts'

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

/** The text of small guests: every address is a number. */
export const fixedAddresses = (xlen: Xlen): Addresses => ({
  label: hex8,
  pc: pc => `0x${hex8(pc)}`,
  exit: pc => `0x${hex8(pc)}`,
  exitBase: '',
  link: pc => wideConstant(pc, xlen),
  upper: instr => wideConstant(upperValue(instr), xlen),
  whole: address => wideConstant(address, xlen),
  rest: constant,
})
