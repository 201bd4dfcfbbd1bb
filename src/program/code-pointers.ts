/** Addresses of code that the guest may jump to indirectly: words in data, and constants that code builds. */
import { addsConstant, upperValue } from '../isa/results.ts'
import type { Segment } from '../elf/image.ts'
import { functionStart } from '../elf/symbols.ts'
import type { Code } from './program.ts'
import { isSlotOf } from './slots.ts'
import type { Instr } from '../isa/row.ts'

/** Entries of one table of offsets that are looked at. */
const MAX_TABLE = 4096
/** Entries of all tables that are looked at: code may build an address with every other instruction. */
const MAX_ENTRIES = 2 ** 20
const NONE: readonly number[] = []

/** In guests with compressed instructions: do section headers call an address code? Asked in ascending order. */
function codeTest({ slotBytes, image: { sections } }: Code): (address: number) => boolean {
  let next = 0
  const { code } = sections
  return address => {
    if (slotBytes === 4) return false
    while (next < code.length && code[next]!.to <= address) next++
    return next < code.length && code[next]!.from <= address
  }
}

/**
 * Yields every 4-aligned 32-bit word of the image that lies in the program's slots (function pointers, absolute jump
 * tables; a word of code never looks like one, or is not asked). Too many code pointers cost a little
 * speed and never correctness, as do too few.
 *
 * Where functions have names, numbers that only look like addresses are told apart: a pointer into the middle of a
 * function is an entry of a table or built in that function.
 */
export function* wordPointers(program: Code): Generator<number> {
  const { image } = program
  const isCode = codeTest(program)
  for (const segment of image.segments) {
    const skip = -segment.address & 3
    const bytes = segment.bytes
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let offset = skip; offset + 4 <= bytes.length; offset += 4) {
      const word = view.getUint32(offset, true)
      // Most words are instructions, and only where each has 4 bytes does none look like an address.
      if (word % program.slotBytes !== 0 || !isSlotOf(program, word) || isCode(segment.address + offset)) continue
      const home = functionStart(image, word)
      // In a table of addresses, of 4 or of 8 bytes each, another one into the same function is next to it.
      const isEntry = (at: number): boolean => {
        const other = at >= skip && at + 4 <= bytes.length ? view.getUint32(at, true) : NaN
        return isSlotOf(program, other) && functionStart(image, other) === home
      }
      if (home === undefined || home === word || [offset - 8, offset - 4, offset + 4, offset + 8].some(isEntry))
        yield word
    }
  }
}

/**
 * Code pointers that lui/auipc + addi build in straight-line code, and those in tables that such a constant is the base
 * of: 32-bit offsets from the table itself (a position-independent jump table), which are followed as long as they lead
 * to code.
 */
export class BuiltPointers {
  readonly #program: Code
  /** Constants of the current straight-line run; 0 stands for unknown. */
  readonly #constants = new Float64Array(32)
  #entriesLeft = MAX_ENTRIES

  constructor(program: Code) {
    this.#program = program
  }

  /** What comes next is not behind what came before. */
  forget(): void {
    this.#constants.fill(0)
  }

  /** The pointers that are there behind the next instruction of the run: hardly ever any. */
  behind(instr: Instr): readonly number[] {
    const { row, rd } = instr
    let pointers = NONE
    if (row.kind === 'upper') {
      this.#constants[rd] = rd === 0 ? 0 : upperValue(instr)
    } else if (addsConstant(instr) && this.#constants[instr.rs1] !== 0) {
      const value = this.#constants[instr.rs1]! + instr.imm
      if (value % this.#program.slotBytes === 0) pointers = this.#pointersOf(value, instr.pc)
      if (rd !== 0) this.#constants[rd] = value
    } else if (row.kind === 'alu' || row.kind === 'load') {
      this.#constants[rd] = 0
    } else if (row.kind !== 'store' && row.kind !== 'nop') {
      this.forget()
    }
    return pointers
  }

  /** What a constant leads to that is built at `pc`. */
  #pointersOf(value: number, pc: number): readonly number[] {
    const { image } = this.#program
    const home = functionStart(image, value)
    const isOwn = home === undefined || home === value || home === functionStart(image, pc)
    const entries = this.#offsetTable(value, pc)
    return isOwn && isSlotOf(this.#program, value) ? [value, ...entries] : entries
  }

  /**
   * Targets of the offset table at `address`, up to the first word that does not lead to a slot. Some lead into the
   * function that uses the table, at `user`.
   */
  #offsetTable(address: number, user: number): number[] {
    const { image } = this.#program
    const targets: number[] = []
    const isInside = (at: number, { address: from, bytes }: Segment): boolean =>
      at >= from && at + 4 <= from + bytes.length
    const segment = image.segments.find(candidate => isInside(address, candidate))
    if (segment === undefined) return targets
    const { bytes } = segment
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const start = address - segment.address
    const home = functionStart(image, user)
    const most = Math.min(MAX_TABLE, this.#entriesLeft, Math.floor((bytes.length - start) / 4))
    for (let entry = 0; entry < most; entry++) {
      const target = address + view.getInt32(start + entry * 4, true)
      if (!isSlotOf(this.#program, target)) break
      this.#entriesLeft--
      targets.push(target)
    }
    return home === undefined || targets.some(target => functionStart(image, target) === home) ? targets : []
  }
}
