/** Tables of abbreviations: which attributes entries have, and in which form. */
import { Cursor } from '../cursor.ts'
import { AT, FORM } from './constants.ts'
import type { DebugSections } from './debug-sections.ts'
import type { Effort } from './effort.ts'

/** Attributes that are read, each with its place among an entry's values; of the others the form is enough. */
export const SLOT = {
  sibling: 0,
  name: 1,
  linkageName: 2,
  lowPc: 3,
  highPc: 4,
  ranges: 5,
  abstractOrigin: 6,
  specification: 7,
  callFile: 8,
  callLine: 9,
  callColumn: 10,
  lines: 11,
  directory: 12,
  stringOffsetsBase: 13,
  addressBase: 14,
  rangeListsBase: 15,
  splitName: 16,
} as const

export const SLOTS = Object.keys(SLOT).length
export const NO_SLOT = 255

const slotOf = new Map<number, number>([
  [AT.sibling, SLOT.sibling],
  [AT.name, SLOT.name],
  [AT.linkage_name, SLOT.linkageName],
  [AT.MIPS_linkage_name, SLOT.linkageName],
  [AT.low_pc, SLOT.lowPc],
  [AT.high_pc, SLOT.highPc],
  [AT.ranges, SLOT.ranges],
  [AT.abstract_origin, SLOT.abstractOrigin],
  [AT.specification, SLOT.specification],
  [AT.call_file, SLOT.callFile],
  [AT.call_line, SLOT.callLine],
  [AT.call_column, SLOT.callColumn],
  [AT.stmt_list, SLOT.lines],
  [AT.comp_dir, SLOT.directory],
  [AT.str_offsets_base, SLOT.stringOffsetsBase],
  [AT.addr_base, SLOT.addressBase],
  [AT.GNU_addr_base, SLOT.addressBase],
  [AT.rnglists_base, SLOT.rangeListsBase],
  [AT.dwo_name, SLOT.splitName],
  [AT.GNU_dwo_name, SLOT.splitName],
])

export interface Abbreviation {
  readonly tag: number
  readonly hasChildren: boolean
  /** Of each attribute in order. */
  readonly slots: readonly number[]
  readonly forms: readonly number[]
  /** Values that stand in the table itself. */
  readonly constants: readonly number[]
}

export type Abbreviations = ReadonlyMap<number, Abbreviation>

/** What one that is kept counts for, and each of its attributes. */
const ABBREVIATION_BYTES = 128
const ATTRIBUTE_BYTES = 16

/** Tables by offset, each read once. */
export class AbbreviationTables {
  readonly #bytes: Uint8Array
  readonly #effort: Effort
  readonly #tables = new Map<number, Abbreviations>()

  constructor({ contents, effort }: DebugSections) {
    this.#bytes = contents.abbrev
    this.#effort = effort
  }

  /** Where it is damaged, what stands in front of the damage. */
  at(offset: number): Abbreviations {
    let table = this.#tables.get(offset)
    if (table === undefined) this.#tables.set(offset, (table = this.#read(offset)))
    return table
  }

  #read(offset: number): Abbreviations {
    const cursor = new Cursor(this.#bytes, offset, this.#bytes.length)
    const found = new Map<number, Abbreviation>()
    while (!this.#effort.isSpent) {
      const code = cursor.uleb()
      const abbreviation = code === 0 ? undefined : readAbbreviation(cursor)
      if (abbreviation === undefined) break
      this.#effort.spend(ABBREVIATION_BYTES + ATTRIBUTE_BYTES * abbreviation.forms.length)
      if (!found.has(code)) found.set(code, abbreviation)
    }
    return found
  }
}

/** Undefined where the table ends in it. */
function readAbbreviation(cursor: Cursor): Abbreviation | undefined {
  const tag = cursor.uleb()
  const hasChildren = cursor.u8() !== 0
  const slots: number[] = []
  const forms: number[] = []
  const constants: number[] = []
  for (;;) {
    const attribute = cursor.uleb()
    const form = cursor.uleb()
    const constant = form === FORM.implicit_const ? cursor.sleb() : 0
    if (cursor.failed) return undefined
    if (attribute === 0 && form === 0) return { tag, hasChildren, slots, forms, constants }
    slots.push(slotOf.get(attribute) ?? NO_SLOT)
    forms.push(form)
    constants.push(constant)
  }
}
