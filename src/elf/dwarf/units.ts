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

type HeaderStart = Pick<UnitHeader, 'offset' | 'end' | 'version' | 'isLong'>

export interface UnitHeaders {
  readonly units: readonly UnitHeader[]
  /** How many are left out because their version is none that is known. */
  readonly unknown: number
  /** Is there nothing that leads out of the section? */
  readonly isWhole: boolean
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
export function readUnits(info: Uint8Array): UnitHeaders {
  const units: UnitHeader[] = []
  let unknown = 0
  let offset = 0
  while (offset < info.length && units.length < MOST_UNITS) {
    const cursor = new Cursor(info, offset, info.length)
    const { length, isLong } = readLength(cursor)
    const end = cursor.at + length
    if (cursor.failed || length <= 0 || end > info.length) break
    const version = cursor.u16()
    const isKnown = version >= 2 && version <= 5
    const unit = isKnown ? readHeader(cursor, { offset, end, version, isLong }) : undefined
    if (unit !== undefined) units.push(unit)
    if (!isKnown) unknown++
    offset = end
  }
  return { units, unknown, isWhole: offset === info.length }
}

function readHeader(cursor: Cursor, place: HeaderStart): UnitHeader | undefined {
  const { version } = place
  const kind = version === 5 ? cursor.u8() : UNIT.compile
  const early = version === 5 ? cursor.u8() : 0
  const abbreviations = readOffset(cursor, place.isLong)
  const addressBytes = version === 5 ? early : cursor.u8()
  // The id of the unit that was split off.
  if (kind === UNIT.skeleton) cursor.skip(8)
  if (cursor.failed || !kindsWithCode.has(kind) || (addressBytes !== 4 && addressBytes !== 8)) return undefined
  return { ...place, addressBytes, abbreviations, first: cursor.at }
}
