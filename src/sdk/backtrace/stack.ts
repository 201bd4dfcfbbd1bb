/** Code and memory of a guest as a walk over its stack sees them. */
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { fetchAt } from '../../program/slots.ts'
import { upperValue } from '../../isa/results.ts'
import type { Instr } from '../../isa/row.ts'
import type { Decoder } from '../../isa/table.ts'
import { RETURN_ADDRESS } from './prologue.ts'

/**
 * How a frame is known: `trap` is the instruction itself; `cfi` the return address where the guest's call frame
 * information says that it is, `register` the one in ra, `frame` the one that the function saved in its frame.
 * `stack`: a value on the stack that is an address behind a call; it may be left over from an earlier call.
 */
export type FoundBy = 'trap' | 'cfi' | 'register' | 'frame' | 'stack'

/** Registers of a frame as its function sees them at `pc`. */
export interface Position {
  readonly pc: number
  readonly ra: number
  readonly sp: number
  readonly fp: number
}

export interface Caller extends Position {
  readonly found: FoundBy
}

/** The guest as unwinding sees it. */
export class Stack {
  readonly #image: Image
  readonly #memory: DataView
  readonly #decode: Decoder
  readonly width: number

  constructor(image: Image, abi: GuestAbi, memory: DataView) {
    this.#image = image
    this.#memory = memory
    this.#decode = decoderFor(image.xlen, abi)
    this.width = image.xlen / 8
  }

  readonly instrAt = (pc: number): Instr | undefined => fetchAt(this.#image, this.#decode, pc)?.instr

  /** Undefined outside of memory; numbers beyond 2^53, which are no addresses, are not exact. */
  word(address: number): number | undefined {
    if (!(address >= 0 && address + this.width <= this.#memory.byteLength)) return undefined
    return this.width === 4 ? this.#memory.getUint32(address, true) : Number(this.#memory.getBigUint64(address, true))
  }

  /** Address of the call in front of `address`; undefined where there is none. */
  callBefore(address: number | undefined): number | undefined {
    if (address === undefined || address < 4 || this.instrAt(address) === undefined) return undefined
    return this.#before(address, ({ row, rd }) => ['jal', 'jalr'].includes(row.kind) && rd === RETURN_ADDRESS)?.pc
  }

  /** The instruction that ends at `address`, if it is as it should be. */
  #before(address: number, fits: (instr: Instr) => boolean): Instr | undefined {
    const { slotBytes } = this.#decode
    for (let size = 4; size >= slotBytes; size -= slotBytes) {
      const instr = this.instrAt(address - size)
      if (instr?.size === size && fits(instr)) return instr
    }
    return undefined
  }

  /** Does the call at `pc` go to `start` by its own words? */
  calls(pc: number, start: number): boolean {
    const instr = this.instrAt(pc)
    if (instr?.row.kind === 'jal') return pc + instr.imm === start
    if (instr?.row.kind !== 'jalr') return false
    const before = this.#before(pc, ({ row, rd }) => row.kind === 'upper' && row.relative && rd === instr.rs1)
    return before !== undefined && upperValue(before) + instr.imm === start
  }

  isCode(address: number): boolean {
    return this.#image.segments.some(
      segment => segment.executable && address >= segment.address && address < segment.address + segment.memorySize,
    )
  }
}
