/** One entry of `.debug_info`: its tag, and the values of those attributes that are asked for. */
import type { Cursor } from '../cursor.ts'
import { NO_SLOT, SLOTS, type Abbreviation } from './abbreviations.ts'
import { FORM } from './constants.ts'
import { readOffset, type UnitHeader } from './units.ts'

const isReference = new Set<number>([FORM.ref_addr, FORM.ref1, FORM.ref2, FORM.ref4, FORM.ref8, FORM.ref_udata])

/** Read again and again into the same place, for there are millions of entries. */
export class Entry {
  tag = 0
  hasChildren = false
  readonly #forms = new Uint16Array(SLOTS)
  readonly #values = new Float64Array(SLOTS)

  has(slot: number): boolean {
    return this.#forms[slot] !== 0
  }

  /** 0 where the entry does not have the attribute. */
  form(slot: number): number {
    return this.#forms[slot]!
  }

  /** A number as its form has it, a reference as an offset in the section, a text as offset or index; else 0. */
  value(slot: number): number {
    return this.#forms[slot] === 0 ? 0 : this.#values[slot]!
  }

  /** Offset in the section of the entry that an attribute refers to; undefined where that is in another file. */
  reference(slot: number): number | undefined {
    return isReference.has(this.#forms[slot]!) ? this.#values[slot] : undefined
  }

  /** Reads the attributes of an entry whose code has been read. */
  read(cursor: Cursor, { tag, hasChildren, slots, forms, constants }: Abbreviation, unit: UnitHeader): void {
    this.tag = tag
    this.hasChildren = hasChildren
    this.#forms.fill(0)
    for (let index = 0; index < forms.length; index++) {
      let form = forms[index]!
      if (form === FORM.indirect) form = cursor.uleb()
      const value = form === FORM.implicit_const ? constants[index]! : readForm(cursor, form, unit)
      const slot = slots[index]!
      if (slot === NO_SLOT) continue
      this.#forms[slot] = form
      this.#values[slot] = value
    }
  }
}

/** Passes over a block. */
function block(cursor: Cursor, length: number): number {
  cursor.skip(length)
  return length
}

/** A form that nobody knows ends the unit: how long it is, is not known either. */
function unknown(cursor: Cursor): number {
  cursor.skip(Number.MAX_SAFE_INTEGER)
  return 0
}

function readForm(cursor: Cursor, form: number, unit: UnitHeader): number {
  switch (form) {
    case FORM.flag_present:
      return 1
    case FORM.data1:
    case FORM.flag:
    case FORM.strx1:
    case FORM.addrx1:
      return cursor.u8()
    case FORM.data2:
    case FORM.strx2:
    case FORM.addrx2:
      return cursor.u16()
    case FORM.strx3:
    case FORM.addrx3:
      return cursor.u24()
    case FORM.data4:
    case FORM.strx4:
    case FORM.addrx4:
    case FORM.ref_sup4:
      return cursor.u32()
    case FORM.data8:
    case FORM.ref_sup8:
    case FORM.ref_sig8:
      return cursor.s64()
    case FORM.data16:
      return block(cursor, 16)
    case FORM.sdata:
      return cursor.sleb()
    case FORM.udata:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
    case FORM.GNU_addr_index:
    case FORM.GNU_str_index:
      return cursor.uleb()
    case FORM.addr:
      return unit.addressBytes === 8 ? cursor.s64() : cursor.u32()
    case FORM.strp:
    case FORM.line_strp:
    case FORM.sec_offset:
    case FORM.strp_sup:
    case FORM.GNU_ref_alt:
    case FORM.GNU_strp_alt:
      return readOffset(cursor, unit.isLong)
    case FORM.string:
      return cursor.text()
    case FORM.ref_addr:
      // In DWARF 2 as wide as an address.
      return readOffset(cursor, unit.version === 2 ? unit.addressBytes === 8 : unit.isLong)
    case FORM.ref1:
      return unit.offset + cursor.u8()
    case FORM.ref2:
      return unit.offset + cursor.u16()
    case FORM.ref4:
      return unit.offset + cursor.u32()
    case FORM.ref8:
      return unit.offset + cursor.s64()
    case FORM.ref_udata:
      return unit.offset + cursor.uleb()
    case FORM.block1:
      return block(cursor, cursor.u8())
    case FORM.block2:
      return block(cursor, cursor.u16())
    case FORM.block4:
      return block(cursor, cursor.u32())
    case FORM.block:
    case FORM.exprloc:
      return block(cursor, cursor.uleb())
    default:
      return unknown(cursor)
  }
}
