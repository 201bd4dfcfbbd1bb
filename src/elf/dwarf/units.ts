/** Headers of the units in `.debug_info`. */
import { Cursor } from '../cursor.ts'
import { UNIT } from './constants.ts'

export interface UnitHeader {
  /** Of the header, which references within the unit count from. */
  readonly offset: number
  readonly end: number
  readonly version: number
  readonly addressBytes: 4 | 8
  /** Offsets of 64 bits. */
  readonly isLong: boolean
  /** Where the table of abbreviations is. */
  readonly abbreviations: number
  /** Of the first entry. */
  readonly first: number
}

const MOST_UNITS = 2 ** 17

const kindsWithCode = new Set<number>(Object.values(UNIT))

/** A length, and with which of the two widths what follows has its offsets. */
export function readLength(cursor: Cursor): { readonly length: number; readonly isLong: boolean } {
  const length = cursor.u32()
  return length === 0xffffffff ? { length: cursor.s64(), isLong: true } : { length, isLong: false }
}

export const readOffset = (cursor: Cursor, isLong: boolean): number => (isLong ? cursor.s64() : cursor.u32())

/** Those that are read, in order; nothing is read behind a length that leads out of the section. */
export function readUnits(info: Uint8Array): { readonly units: readonly UnitHeader[]; readonly isWhole: boolean } {
  const units: UnitHeader[] = []
  let offset = 0
  while (offset < info.length && units.length < MOST_UNITS) {
    const cursor = new Cursor(info, offset, info.length)
    const { length, isLong } = readLength(cursor)
    const end = cursor.at + length
    if (cursor.failed || length <= 0 || end > info.length) break
    const unit = readHeader(cursor, { offset, end, isLong })
    if (unit !== undefined) units.push(unit)
    offset = end
  }
  return { units, isWhole: offset === info.length }
}

function readHeader(cursor: Cursor, place: Pick<UnitHeader, 'offset' | 'end' | 'isLong'>): UnitHeader | undefined {
  const version = cursor.u16()
  if (version < 2 || version > 5) return undefined
  const kind = version === 5 ? cursor.u8() : UNIT.compile
  const early = version === 5 ? cursor.u8() : 0
  const abbreviations = readOffset(cursor, place.isLong)
  const addressBytes = version === 5 ? early : cursor.u8()
  // The id of the unit that was split off.
  if (kind === UNIT.skeleton) cursor.skip(8)
  if (cursor.failed || !kindsWithCode.has(kind) || (addressBytes !== 4 && addressBytes !== 8)) return undefined
  return { ...place, version, addressBytes, abbreviations, first: cursor.at }
}
