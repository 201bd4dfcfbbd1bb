/** Lists of address ranges: `.debug_ranges` up to DWARF 4, `.debug_rnglists` from 5 on. */
import { Cursor } from '../cursor.ts'
import type { DebugSections } from './debug-sections.ts'
import type { UnitHeader } from './units.ts'

/** Addresses from `from` up to, not including, `to`. */
export interface AddressRange {
  readonly from: number
  readonly to: number
}

/** What a list is read by. */
interface RangeUnit {
  readonly header: Pick<UnitHeader, 'version' | 'addressBytes'>
  readonly sections: DebugSections
  /** Address that ranges count from. */
  readonly low: number
  /** Entry of a table of addresses. */
  addressAt(index: number): number
}

/** What one that is kept counts for. */
const RANGE_BYTES = 64

const ENTRY = {
  end: 0,
  baseIndex: 1,
  indices: 2,
  indexAndLength: 3,
  offsets: 4,
  base: 5,
  addresses: 6,
  addressAndLength: 7,
} as const

/** The list at an offset; where it is damaged, what stands in front of the damage. Empty ranges are left out. */
export function readRanges(unit: RangeUnit, offset: number): readonly AddressRange[] {
  const found: AddressRange[] = []
  const list = unit.header.version < 5 ? plainRanges(unit, offset) : encodedRanges(unit, offset)
  for (const range of list) {
    if (range.to <= range.from) continue
    found.push(range)
    unit.sections.effort.spend(RANGE_BYTES)
  }
  return found
}

function* plainRanges({ header, sections, low }: RangeUnit, offset: number): Generator<AddressRange, void> {
  const { effort } = sections
  const { ranges } = sections.contents
  const cursor = new Cursor(ranges, offset, ranges.length)
  const isWide = header.addressBytes === 8
  const read = (): number => (isWide ? cursor.s64() : cursor.u32())
  const selectsBase = isWide ? -1 : 0xffff_ffff
  let base = low
  for (; !effort.isSpent; effort.spend(1)) {
    const [from, to] = [read(), read()]
    if (cursor.failed || (from === 0 && to === 0)) return
    if (from === selectsBase) base = to
    else yield { from: base + from, to: base + to }
  }
}

function* encodedRanges(unit: RangeUnit, offset: number): Generator<AddressRange, void> {
  const { effort } = unit.sections
  const { rnglists } = unit.sections.contents
  const cursor = new Cursor(rnglists, offset, rnglists.length)
  const address = (): number => (unit.header.addressBytes === 8 ? cursor.s64() : cursor.u32())
  const indexed = (): number => unit.addressAt(cursor.uleb())
  const withLength = (from: number): AddressRange => ({ from, to: from + cursor.uleb() })
  let base = unit.low
  for (; !cursor.failed && !effort.isSpent; effort.spend(1)) {
    const kind = cursor.u8()
    if (kind === ENTRY.baseIndex) base = indexed()
    else if (kind === ENTRY.base) base = address()
    else if (kind === ENTRY.indices) yield { from: indexed(), to: indexed() }
    else if (kind === ENTRY.indexAndLength) yield withLength(indexed())
    else if (kind === ENTRY.offsets) yield { from: base + cursor.uleb(), to: base + cursor.uleb() }
    else if (kind === ENTRY.addresses) yield { from: address(), to: address() }
    else if (kind === ENTRY.addressAndLength) yield withLength(address())
    else return
  }
}
