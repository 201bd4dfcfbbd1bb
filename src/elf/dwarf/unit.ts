/** A unit of `.debug_info`: its entries, and what their values mean in it. */
import { Cursor } from '../cursor.ts'
import { lastAtMost } from '../search.ts'
import { AbbreviationTables, SLOT, type Abbreviations } from './abbreviations.ts'
import { FORM } from './constants.ts'
import type { DebugSections } from './debug-sections.ts'
import { Entry } from './entry.ts'
import { readRanges, type AddressRange } from './ranges.ts'
import { readUnits, type UnitHeader } from './units.ts'

/** What the unit's own entry says. */
export interface UnitRoot {
  /** Offset of its line program; undefined where it has none. */
  readonly lines: number | undefined
  readonly directory: string
  /** Most of it is in a file that is not here. */
  readonly isSkeleton: boolean
}

const isIndexOfText = new Set<number>([FORM.strx, FORM.strx1, FORM.strx2, FORM.strx3, FORM.strx4, FORM.GNU_str_index])
const isIndexOfAddress = new Set<number>([
  FORM.addrx,
  FORM.addrx1,
  FORM.addrx2,
  FORM.addrx3,
  FORM.addrx4,
  FORM.GNU_addr_index,
])

/** The number at a place of a table; 0 where the table does not reach. */
function numberAt(bytes: Uint8Array, at: number, width: 4 | 8): number {
  const cursor = new Cursor(bytes, at, bytes.length)
  return width === 8 ? cursor.s64() : cursor.u32()
}

export class Unit {
  readonly header: UnitHeader
  readonly sections: DebugSections
  readonly #tables: AbbreviationTables
  readonly root: UnitRoot
  #stringOffsets = 0
  #addresses = 0
  #rangeLists = 0
  #low = 0

  constructor(header: UnitHeader, sections: DebugSections, tables: AbbreviationTables) {
    this.header = header
    this.sections = sections
    this.#tables = tables
    this.root = this.#readRoot()
  }

  get abbreviations(): Abbreviations {
    return this.#tables.at(this.header.abbreviations)
  }

  /** Address that ranges count from. */
  get low(): number {
    return this.#low
  }

  #readRoot(): UnitRoot {
    const entry = new Entry()
    const nothing = { lines: undefined, directory: '', isSkeleton: false }
    if (!this.readEntry(this.header.first, entry)) return nothing
    // In version 5 tables begin behind a header, whose size is this unless a base says otherwise.
    const header = this.header.isLong ? 16 : 8
    const version5 = this.header.version === 5
    const baseOf = (slot: number, size: number): number => {
      if (entry.has(slot)) return entry.value(slot)
      return version5 ? size : 0
    }
    this.#stringOffsets = baseOf(SLOT.stringOffsetsBase, header)
    this.#addresses = baseOf(SLOT.addressBase, header)
    this.#rangeLists = baseOf(SLOT.rangeListsBase, header + 4)
    this.#low = this.addressOf(entry, SLOT.lowPc) ?? 0
    return {
      lines: entry.has(SLOT.lines) ? entry.value(SLOT.lines) : undefined,
      directory: this.textOf(entry, SLOT.directory) ?? '',
      isSkeleton: entry.has(SLOT.splitName),
    }
  }

  /** Where its code is, as the unit itself says. */
  ranges(): readonly AddressRange[] {
    const entry = new Entry()
    return this.readEntry(this.header.first, entry) ? this.rangesOf(entry) : []
  }

  /** @returns is there an entry? */
  readEntry(offset: number, entry: Entry): boolean {
    const { contents, effort } = this.sections
    const cursor = new Cursor(contents.info, offset, this.header.end)
    const abbreviation = this.abbreviations.get(cursor.uleb())
    if (abbreviation === undefined || effort.isSpent) return false
    effort.spend(abbreviation.forms.length)
    entry.read(cursor, abbreviation, this.header)
    return !cursor.failed
  }

  textOf(entry: Entry, slot: number): string | undefined {
    const form = entry.form(slot)
    const value = entry.value(slot)
    const { sections, header } = this
    if (form === FORM.string) return sections.text('info', value)
    if (form === FORM.strp) return sections.text('str', value)
    if (form === FORM.line_strp) return sections.text('line_str', value)
    if (!isIndexOfText.has(form)) return undefined
    const width = header.isLong ? 8 : 4
    return sections.text('str', numberAt(sections.contents.str_offsets, this.#stringOffsets + value * width, width))
  }

  /** Entry of a table of addresses. */
  addressAt(index: number): number {
    const { addressBytes } = this.header
    return numberAt(this.sections.contents.addr, this.#addresses + index * addressBytes, addressBytes)
  }

  addressOf(entry: Entry, slot: number): number | undefined {
    const form = entry.form(slot)
    if (form === FORM.addr) return entry.value(slot)
    return isIndexOfAddress.has(form) ? this.addressAt(entry.value(slot)) : undefined
  }

  /** Where the code of an entry is: nowhere, in one place or in several. */
  rangesOf(entry: Entry): readonly AddressRange[] {
    if (entry.has(SLOT.ranges)) return readRanges(this, this.#placeOfRanges(entry))
    const from = this.addressOf(entry, SLOT.lowPc)
    if (from === undefined || !entry.has(SLOT.highPc)) return []
    // A size, unless it has the form of an address.
    const to = this.addressOf(entry, SLOT.highPc) ?? from + entry.value(SLOT.highPc)
    return to > from ? [{ from, to }] : []
  }

  #placeOfRanges(entry: Entry): number {
    const value = entry.value(SLOT.ranges)
    if (entry.form(SLOT.ranges) !== FORM.rnglistx) return value
    const width = this.header.isLong ? 8 : 4
    return this.#rangeLists + numberAt(this.sections.contents.rnglists, this.#rangeLists + value * width, width)
  }
}

/** All units of a guest. */
export class Units {
  readonly all: readonly Unit[]
  /** Does something lead out of the section? */
  readonly isDamaged: boolean
  /** How many are of a version that is not known. */
  readonly unknown: number

  constructor(sections: DebugSections) {
    const tables = new AbbreviationTables(sections)
    const { units, isWhole, unknown } = readUnits(sections.contents.info)
    this.all = units.map(header => new Unit(header, sections, tables))
    this.isDamaged = !isWhole
    this.unknown = unknown
  }

  /** The one that an offset of `.debug_info` lies in. */
  at(offset: number): Unit | undefined {
    const unit = this.all[lastAtMost(this.all.length, offset, index => this.all[index]!.header.offset)]
    return unit !== undefined && offset >= unit.header.first && offset < unit.header.end ? unit : undefined
  }
}
