/** Executes the program of an entry up to an instruction: where the caller's registers are there. */
import { Cursor } from '../cursor.ts'
import type { FrameEntry, FrameProgram } from './entries.ts'
import { readPointer } from './pointer.ts'

/** Where a register of the caller is: at an offset from the CFA, in another register, or nowhere. */
export type SavedRegister =
  | { readonly kind: 'memory'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'lost' }

/** One row of the table. */
export interface FrameRules {
  /** The canonical frame address, the caller's stack pointer: what a register holds, and an offset. */
  readonly cfa: { readonly register: number; readonly offset: number }
  /** By number of the integer register; undefined where it was not saved and has the caller's value still. */
  readonly saved: readonly (SavedRegister | undefined)[]
  /** Number of the register that holds the return address. */
  readonly returnAddress: number
}

/** Programs are some dozens of bytes long; this bounds what a damaged one costs. */
const MOST_PROGRAM_BYTES = 2 ** 16
/** Compilers remember one row at a time. */
const MOST_REMEMBERED = 64
const REGISTERS = 32

interface Row {
  readonly cfa: FrameRules['cfa'] | undefined
  readonly saved: FrameRules['saved']
}

class Table {
  readonly #entry: FrameEntry
  readonly #remembered: Row[] = []
  #row: Row = { cfa: undefined, saved: Array.from({ length: REGISTERS }, () => undefined) }
  #initial = this.#row
  #location: number

  constructor(entry: FrameEntry) {
    this.#entry = entry
    this.#location = entry.from
  }

  get row(): Row {
    return this.#row
  }

  /** What the common entry says is what registers are restored to. */
  keepInitial(): void {
    this.#initial = this.#row
  }

  /** Executes what holds at `pc`. False where an instruction is damaged or unknown. */
  execute({ from, to }: FrameProgram, pc: number): boolean {
    if (to - from > MOST_PROGRAM_BYTES) return false
    const cursor = new Cursor(this.#entry.section.bytes, from, to)
    // Behind a step to a place beyond pc everything is about that place.
    while (!cursor.isAtEnd && this.#location <= pc) {
      if (!this.#step(cursor, cursor.u8()) || cursor.failed) return false
    }
    return true
  }

  #step(cursor: Cursor, code: number): boolean {
    const low = code & 0x3f
    switch (code & 0xc0) {
      case 0x40:
        return this.#advance(low)
      case 0x80:
        return this.#save(low, cursor.uleb())
      case 0xc0:
        return this.#restore(low)
      default:
        return this.#extended(cursor, low)
    }
  }

  #extended(cursor: Cursor, code: number): boolean {
    const { section, common } = this.#entry
    const { dataAlign } = common
    switch (code) {
      case 0x00:
        return true // nop
      case 0x01: {
        // set_loc
        const place = { xlen: section.xlen, address: section.address + cursor.at }
        this.#location = readPointer(cursor, common.encoding, place) ?? NaN
        return !Number.isNaN(this.#location)
      }
      case 0x02:
        return this.#advance(cursor.u8()) // advance_loc1
      case 0x03:
        return this.#advance(cursor.u16()) // advance_loc2
      case 0x04:
        return this.#advance(cursor.u32()) // advance_loc4
      case 0x05:
        return this.#save(cursor.uleb(), cursor.uleb()) // offset_extended
      case 0x06:
        return this.#restore(cursor.uleb()) // restore_extended
      case 0x07:
        return this.#set(cursor.uleb(), { kind: 'lost' }) // undefined
      case 0x08:
        return this.#set(cursor.uleb(), undefined) // same_value
      case 0x09:
        return this.#set(cursor.uleb(), { kind: 'register', register: cursor.uleb() }) // register
      case 0x0a:
        return this.#remembered.push(this.#row) <= MOST_REMEMBERED // remember_state
      case 0x0b:
        return this.#recall() // restore_state
      case 0x0c:
        return this.#define(cursor.uleb(), cursor.uleb()) // def_cfa
      // The GNU assembler begins with it: at offset 0 then.
      case 0x0d:
        return this.#define(cursor.uleb(), this.#row.cfa?.offset ?? 0) // def_cfa_register
      case 0x0e:
        return this.#define(this.#row.cfa?.register, cursor.uleb()) // def_cfa_offset
      case 0x11:
        return this.#save(cursor.uleb(), cursor.sleb()) // offset_extended_sf
      case 0x12:
        return this.#define(cursor.uleb(), cursor.sleb() * dataAlign) // def_cfa_sf
      case 0x13:
        return this.#define(this.#row.cfa?.register, cursor.sleb() * dataAlign) // def_cfa_offset_sf
      case 0x2e:
        return cursor.uleb() >= 0 // GNU_args_size: of no account here
      default:
        return false // Expressions among them: no compiler needs one for code without vectors.
    }
  }

  #advance(steps: number): boolean {
    this.#location += steps * this.#entry.common.codeAlign
    return true
  }

  #save(register: number, steps: number): boolean {
    return this.#set(register, { kind: 'memory', offset: steps * this.#entry.common.dataAlign })
  }

  #restore(register: number): boolean {
    return this.#set(register, this.#initial.saved[register])
  }

  /** Registers beyond the integer ones tell nothing about frames. */
  #set(register: number, rule: SavedRegister | undefined): boolean {
    if (register < REGISTERS) this.#row = { ...this.#row, saved: this.#row.saved.with(register, rule) }
    return true
  }

  #recall(): boolean {
    const row = this.#remembered.pop()
    if (row !== undefined) this.#row = row
    return row !== undefined
  }

  #define(register: number | undefined, offset: number): boolean {
    if (register === undefined) return false
    this.#row = { ...this.#row, cfa: { register, offset } }
    return true
  }
}

/** The row for the instruction at `pc`; undefined where the program is damaged or has what is not read here. */
export function rulesAt(entry: FrameEntry, pc: number): FrameRules | undefined {
  const table = new Table(entry)
  const { common } = entry
  if (!table.execute(common.program, Infinity)) return undefined
  table.keepInitial()
  if (!table.execute(entry.program, pc)) return undefined
  const { cfa, saved } = table.row
  return cfa === undefined ? undefined : { cfa, saved, returnAddress: common.returnAddress }
}
