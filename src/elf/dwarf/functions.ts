/** Functions of a unit, and the calls that were inlined into them. */
import { Cursor } from '../cursor.ts'
import { SLOT } from './abbreviations.ts'
import { TAG } from './constants.ts'
import { Entry } from './entry.ts'
import { Intervals, IntervalsBuilder } from './intervals.ts'
import type { Unit } from './unit.ts'

const NO_PARENT = -1

/** A function's own code, or a call that was inlined. */
export interface FunctionNode {
  /** Offset of its entry in `.debug_info`. */
  readonly entry: number
  /** Is it part of the function that comes next? */
  readonly isInlined: boolean
  /** Where an inlined call stands in the source. File: index in the unit's line table. */
  readonly file: number
  readonly line: number
  readonly column: number
}

/** Nobody reads more frames than these. */
const MOST_FRAMES = 1000

/** Ranges that a unit may have: a damaged one may say the same list for each of its entries. */
const MOST_INTERVALS = 2 ** 21

export class UnitFunctions {
  readonly #entries: number[] = []
  readonly #parents: number[] = []
  /** File, line and column of each. */
  readonly #calls: number[] = []
  readonly #intervals: Intervals
  #isWhole = false

  constructor(unit: Unit) {
    this.#intervals = this.#read(unit)
  }

  #read(unit: Unit): Intervals {
    const { first, end } = unit.header
    const builder = new IntervalsBuilder()
    const cursor = new Cursor(unit.sections.info, first, end)
    const table = unit.abbreviations
    const entry = new Entry()
    const parents: number[] = []
    let parent = NO_PARENT
    while (!cursor.isAtEnd) {
      const at = cursor.at
      const code = cursor.uleb()
      if (code === 0) {
        parent = parents.pop() ?? NO_PARENT
        continue
      }
      const abbreviation = table.get(code)
      if (abbreviation === undefined) break
      entry.read(cursor, abbreviation, unit.header)
      if (cursor.failed || builder.from.length >= MOST_INTERVALS) break
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
    const node = this.#entries.length
    this.#entries.push(at)
    this.#parents.push(isInlined ? parent : NO_PARENT)
    this.#calls.push(entry.value(SLOT.callFile), entry.value(SLOT.callLine), entry.value(SLOT.callColumn))
    for (const range of ranges) builder.add(range, node)
    return node
  }

  /** The nodes at an address, the innermost first. */
  at(pc: number): readonly FunctionNode[] {
    const found: FunctionNode[] = []
    let node = this.#intervals.at(pc) ?? NO_PARENT
    for (; node !== NO_PARENT && found.length < MOST_FRAMES; node = this.#parents[node]!) found.push(this.#node(node))
    return found
  }

  #node(index: number): FunctionNode {
    const [file, line, column] = this.#calls.slice(3 * index, 3 * index + 3)
    const isInlined = this.#parents[index] !== NO_PARENT
    return { entry: this.#entries[index]!, isInlined, file: file!, line: line!, column: column! }
  }
}

interface Found {
  readonly entry: Entry
  readonly at: number
  readonly parent: number
  readonly builder: IntervalsBuilder
}
