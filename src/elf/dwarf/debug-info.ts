/** What a guest's debug information (DWARF 2 to 5) says of its instructions: functions, inlined ones too, and lines. */
import type { Image } from '../image.ts'
import { functionAt } from '../symbols.ts'
import { DebugSections } from './debug-sections.ts'
import { EntryNames } from './entry-names.ts'
import { UnitFunctions } from './functions.ts'
import { Intervals, IntervalsBuilder } from './intervals.ts'
import { readLineTable, type LineTable } from './line-table.ts'
import type { AddressRange } from './ranges.ts'
import { Units, type Unit } from './unit.ts'

/** A place in the source of a guest. */
export interface SourcePlace {
  /** As the compiler wrote it, absolute where it said so. */
  readonly file: string
  /** From 1 on; 0 where the compiler had none. */
  readonly line: number
  readonly column: number
}

/** `file:line:column`, as far as it is known. */
export const sourceText = ({ file, line, column }: SourcePlace): string =>
  [file, ...[line, column].filter(number => number > 0)].join(':')

/** Instructions that come from one line. */
export interface SourceLine extends AddressRange {
  readonly file: string
  readonly line: number
}

/** A function that an instruction belongs to. */
export interface SourceFrame {
  /** Its name as linkers have it, or the one in the source; undefined where it has none. */
  readonly symbol: string | undefined
  /** Where the instruction, or the call that was inlined, stands; undefined where nothing says. */
  readonly place: SourcePlace | undefined
  /** Does it have no code of its own here, but is a part of the function that comes next? */
  readonly isInlined: boolean
}

interface LoadedUnit {
  readonly lines: LineTable | undefined
  readonly functions: UnitFunctions
  /** By number of a node that is inlined: the frames that its call is in. */
  readonly callers: Map<number, Callers>
}

interface Callers {
  /** Name of the outermost, as the symbol table has it: parts of a function may be apart, under other names. */
  readonly symbol: string | undefined
  readonly frames: readonly SourceFrame[]
}

const NO_FUNCTION = { entry: undefined, parent: undefined }
/** Nobody reads more frames than these. */
const MOST_FRAMES = 250
/** Frames that are kept for the next question. */
const MOST_KEPT = 2 ** 20

export class DebugInfo {
  readonly #image: Image
  readonly #sections: DebugSections
  readonly #units: Units
  readonly #names: EntryNames
  readonly #byAddress: Intervals
  readonly #loaded = new Map<number, LoadedUnit>()
  readonly #lineTables = new Map<string, LineTable | undefined>()
  #isDamaged: boolean
  #kept = 0

  constructor(image: Image) {
    this.#image = image
    this.#sections = new DebugSections(image)
    this.#units = new Units(this.#sections)
    this.#names = new EntryNames(this.#units)
    this.#isDamaged = this.#units.isDamaged
    const code = image.segments.filter(({ executable }) => executable)
    // Linkers leave functions that they dropped at addresses without code.
    const isCode = ({ from }: AddressRange): boolean =>
      code.some(({ address, memorySize }) => from >= address && from < address + memorySize)
    const builder = new IntervalsBuilder()
    for (const [index, unit] of this.#units.all.entries()) {
      const own = unit.ranges()
      const ranges = own.length > 0 ? own : (this.#linesOf(unit)?.ranges ?? [])
      for (const range of ranges) if (isCode(range)) builder.add(range, index)
    }
    this.#byAddress = new Intervals(builder)
  }

  /** What is there and cannot be read, a sentence for each kind; of damage, what was met so far. */
  get doubts(): readonly string[] {
    const { unread, effort } = this.#sections
    const { all, unknown } = this.#units
    const split = all.filter(({ root }) => root.isSkeleton).length
    const doubts = {
      [`debug sections cannot be decompressed: ${unread.join(', ')}`]: unread.length > 0,
      [`${split} units have their debug information in other files`]: split > 0,
      [`${unknown} units have debug information of a version that is not known, which 2 to 5 are`]: unknown > 0,
      'debug information is damaged, and used as far as it goes': this.#isDamaged || effort.isSpent,
    }
    return Object.keys(doubts).filter(doubt => doubts[doubt])
  }

  #unitAt(index: number): LoadedUnit {
    let loaded = this.#loaded.get(index)
    if (loaded === undefined) {
      const unit = this.#units.all[index]!
      loaded = { lines: this.#linesOf(unit), functions: new UnitFunctions(unit), callers: new Map() }
      if (!loaded.functions.isWhole) this.#isDamaged = true
      this.#loaded.set(index, loaded)
    }
    return loaded
  }

  /** Units may share a table. */
  #linesOf({ root: { lines, directory }, sections }: Unit): LineTable | undefined {
    if (lines === undefined) return undefined
    const key = `${lines} ${directory}`
    if (!this.#lineTables.has(key)) this.#lineTables.set(key, readLineTable(sections, lines, directory))
    const table = this.#lineTables.get(key)
    if (table?.isWhole !== true) this.#isDamaged = true
    return table
  }

  /**
   * All lines of the source that have instructions, by their addresses: a line comes as often as its instructions are
   * in pieces. Each instruction's is the one of `placeAt`.
   */
  *lines(): Generator<SourceLine> {
    for (const { from, to, value } of this.#byAddress.all()) {
      const { lines } = this.#unitAt(value)
      for (const { file, ...run } of lines?.lines({ from, to }) ?? []) {
        const path = lines!.files.path(file)
        if (path !== '') yield { ...run, file: path }
      }
    }
  }

  /** Where an instruction comes from; undefined where nothing says. */
  placeAt(pc: number): SourcePlace | undefined {
    const index = this.#byAddress.at(pc)
    if (index === undefined) return undefined
    return lineOf(this.#unitAt(index), pc)
  }

  /**
   * The functions of an instruction, the innermost first: inlined calls, and last the function that they are in. Where
   * no debug information says it, the function that the symbol table has; empty where that has none either.
   */
  framesAt(pc: number): readonly SourceFrame[] {
    const index = this.#byAddress.at(pc)
    const symbol = functionAt(this.#image, pc)?.name
    if (index === undefined) return symbol === undefined ? [] : [{ symbol, place: undefined, isInlined: false }]
    const unit = this.#unitAt(index)
    const place = lineOf(unit, pc)
    const node = unit.functions.at(pc)
    const { entry, parent } = node === undefined ? NO_FUNCTION : unit.functions.node(node)
    const name = entry === undefined ? undefined : this.#names.of(entry)
    if (parent !== undefined) return [{ symbol: name, place, isInlined: true }, ...this.#callersOf(unit, node!, symbol)]
    const own = symbol ?? name
    return own === undefined && place === undefined ? [] : [{ symbol: own, place, isInlined: false }]
  }

  /** The frames that the call of an inlined node is in, `symbol` being the name of the outermost. */
  #callersOf(unit: LoadedUnit, node: number, symbol: string | undefined): readonly SourceFrame[] {
    const known = unit.callers.get(node)
    if (known !== undefined && known.symbol === symbol) return known.frames
    const frames: SourceFrame[] = []
    let inner = unit.functions.node(node)
    while (inner.parent !== undefined && frames.length < MOST_FRAMES) {
      const outer = unit.functions.node(inner.parent)
      const isInlined = outer.parent !== undefined
      const name = this.#names.of(outer.entry)
      // Where the call has no line, its column means nothing.
      const place = placeIn(unit.lines, inner.file, inner.line, inner.line === 0 ? 0 : inner.column)
      frames.push({ symbol: isInlined ? name : (symbol ?? name), place, isInlined })
      inner = outer
    }
    this.#keep(unit, node, { symbol, frames })
    return frames
  }

  #keep(unit: LoadedUnit, node: number, callers: Callers): void {
    this.#kept += callers.frames.length
    if (this.#kept > MOST_KEPT) {
      this.#kept = 0
      for (const each of this.#loaded.values()) each.callers.clear()
    }
    unit.callers.set(node, callers)
  }
}

function lineOf({ lines }: LoadedUnit, pc: number): SourcePlace | undefined {
  const found = lines?.at(pc)
  return found && placeIn(lines, found.file, found.line, found.column)
}

function placeIn(lines: LineTable | undefined, file: number, line: number, column: number): SourcePlace | undefined {
  const path = lines?.files.path(file) ?? ''
  return path === '' ? undefined : { file: path, line, column }
}

const known = new WeakMap<Image, DebugInfo>()

/** Read once for each image. Never throws. */
export function debugInfoOf(image: Image): DebugInfo {
  let info = known.get(image)
  if (info === undefined) known.set(image, (info = new DebugInfo(image)))
  return info
}
