/** Pointers as call frame information encodes them (DW_EH_PE). */
import type { Xlen } from '../image.ts'
import type { Cursor } from '../cursor.ts'

/** How a pointer is written: a value of DW_EH_PE. */
export type PointerEncoding = number

export const ABSOLUTE_POINTER: PointerEncoding = 0
const OMITTED = 0xff
const FORMAT = 0x0f
const RELATIVE_TO = 0xf0
const TO_ITSELF = 0x10

/** The number without what it is relative to; undefined for formats that no compiler uses for RISC-V. */
export function readEncodedNumber(cursor: Cursor, encoding: PointerEncoding, xlen: Xlen): number | undefined {
  switch (encoding & FORMAT) {
    case 0x0:
      return cursor.word(xlen)
    case 0x1:
      return cursor.uleb()
    case 0x2:
      return cursor.u16()
    case 0x3:
      return cursor.u32()
    case 0x4:
    case 0xc:
      return cursor.s64()
    case 0x9:
      return cursor.sleb()
    case 0xa:
      return (cursor.u16() << 16) >> 16
    case 0xb:
      return cursor.u32() | 0
    default:
      return undefined
  }
}

/** The address; undefined where it is not absolute and not relative to its own place, `address`. */
export function readPointer(
  cursor: Cursor,
  encoding: PointerEncoding,
  { xlen, address }: { xlen: Xlen; address: number },
): number | undefined {
  const relativeTo = encoding & RELATIVE_TO
  if (encoding === OMITTED || (relativeTo !== 0 && relativeTo !== TO_ITSELF)) return undefined
  const value = readEncodedNumber(cursor, encoding, xlen)
  if (value === undefined) return undefined
  const target = relativeTo === TO_ITSELF ? address + value : value
  return xlen === 32 ? target >>> 0 : target
}

/** Passes over a pointer; false where nobody knows how long it is. */
export function skipPointer(cursor: Cursor, encoding: PointerEncoding, xlen: Xlen): boolean {
  const isAligned = (encoding & 0x70) === 0x50
  return encoding === OMITTED || (!isAligned && readEncodedNumber(cursor, encoding, xlen) !== undefined)
}
