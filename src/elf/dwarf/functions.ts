/** Functions of a unit, and the calls that were inlined into them. */
import { Cursor } from '../cursor.ts'
import { SLOT } from './abbreviations.ts'
import { TAG } from './constants.ts'
import { Entry } from './entry.ts'
import { Intervals, IntervalsBuilder } from './intervals.ts'
import type { Unit } from './unit.ts'

const NO_PARENT = -1
const FIELDS = 5
/** What an attribute counts for. */
const ATTRIBUTE_EFFORT = 4

/** A function's own code, or a call that was inlined. */
export interface FunctionNode {
  /** Offset in `.debug_info` of the entry that its name is found by. */
  readonly entry: number
  /** The node that an inlined call is part of; undefined of functions that have code of their own. */
  readonly parent: number | undefined
  /** Where an inlined call stands in the source. File: index in the unit's line table. */
  readonly file: number
  readonly line: number
  readonly column: number
}

export class UnitFunctions {
  /** Of each node: entry, parent, file, line, column. */
  readonly #nodes: number[] = []
  readonly #intervals: Intervals
  #isWhole = false

  constructor(unit: Unit) {
    this.#intervals = this.#read(unit)
  }

  #read(unit: Unit): Intervals {
    const { first, end } = unit.header
    const { contents, effort } = unit.sections
    const builder = new IntervalsBuilder()
    const cursor = new Cursor(contents.info, first, end)
    const table = unit.abbreviations
    const entry = new Entry()
    const parents: number[] = []
    let parent = NO_PARENT
    while (!cursor.isAtEnd && !effort.isSpent) {
      const at = cursor.at
      const code = cursor.uleb()
      if (code === 0) {
        parent = parents.pop() ?? NO_PARENT
        continue
      }
      const abbreviation = table.get(code)
      if (abbreviation === undefined) break
      entry.read(cursor, abbreviation, unit.header)
      if (cursor.failed) break
      // Some attributes take no bytes, and all take time.
      effort.spend(ATTRIBUTE_EFFORT * abbreviation.forms.length)
      const isCode = entry.tag === TAG.subprogram || entry.tag === TAG.inlined_subroutine
      const node = isCode ? this.#add(unit, { entry, at, parent, builder }) : parent
      if (!entry.hasChildren) continue
      parents.push(parent)
      parent = node
    }
    this.#isWhole = cursor.isAtEnd && !cursor.failed
    return new Intervals(builder)
  }

  /** Has every entry been read? */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** @returns its number, or what it is part of where it has no code of its own */
  #add(unit: Unit, { entry, at, parent, builder }: Found): number {
    const ranges = unit.rangesOf(entry)
    const isInlined = entry.tag === TAG.inlined_subroutine
    // A function in a function is its own; its declaration has no code, and nothing in it has.
    if (ranges.length === 0) return isInlined ? parent : NO_PARENT
    const node = this.#nodes.length / FIELDS
    // Calls of one function are many, and all have its name.
    const named = (isInlined ? entry.reference(SLOT.abstractOrigin) : undefined) ?? at
    this.#nodes.push(named, isInlined ? parent : NO_PARENT)
    this.#nodes.push(entry.value(SLOT.callFile), entry.value(SLOT.callLine), entry.value(SLOT.callColumn))
    for (const range of ranges) builder.add(range, node)
    return node
  }

  /** The innermost node at an address. */
  at(pc: number): number | undefined {
    return this.#intervals.at(pc)
  }

  node(index: number): FunctionNode {
    const [entry, parent, file, line, column] = this.#nodes.slice(FIELDS * index, FIELDS * (index + 1))
    const outer = parent === NO_PARENT ? undefined : parent
    return { entry: entry!, parent: outer, file: file!, line: line!, column: column! }
  }
}

interface Found {
  readonly entry: Entry
  readonly at: number
  readonly parent: number
  readonly builder: IntervalsBuilder
}
