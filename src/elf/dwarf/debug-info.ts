/** What a guest's debug information (DWARF 2 to 5) says of its instructions: functions, inlined ones too, and lines. */
import type { Image } from '../image.ts'
import { functionAt } from '../symbols.ts'
import { SLOT } from './abbreviations.ts'
import { debugSections } from './debug-sections.ts'
import { Entry } from './entry.ts'
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
}

/** Of all units: no guest has as many. */
const MOST_RANGES = 2 ** 21
/** From entry to entry until one has a name: longer ways are circles. */
const MOST_REFERENCES = 16

interface Names {
  readonly linkage: string | undefined
  readonly plain: string | undefined
}

export class DebugInfo {
  readonly #image: Image
  readonly #units: Units
  readonly #byAddress: Intervals
  readonly #loaded = new Map<number, LoadedUnit>()
  readonly #lineTables = new Map<string, LineTable | undefined>()
  readonly #names = new Map<number, Names>()
  readonly #doubts: readonly string[]
  #isDamaged: boolean

  constructor(image: Image) {
    this.#image = image
    const sections = debugSections(image.file)
    this.#units = new Units(sections)
    this.#isDamaged = this.#units.isDamaged
    const code = image.segments.filter(({ executable }) => executable)
    // Linkers leave functions that they dropped at addresses without code.
    const isCode = ({ from }: AddressRange): boolean =>
      code.some(({ address, memorySize }) => from >= address && from < address + memorySize)
    const builder = new IntervalsBuilder()
    let split = 0
    for (const [index, unit] of this.#units.all.entries()) {
      if (builder.from.length > MOST_RANGES) break
      if (unit.root.isSkeleton) split++
      const own = unit.ranges()
      const ranges = own.length > 0 ? own : (this.#linesOf(unit)?.ranges ?? [])
      for (const range of ranges) if (isCode(range)) builder.add(range, index)
    }
    this.#byAddress = new Intervals(builder)
    const missing = split === 0 ? [] : [`${split} units have their debug information in other files`]
    this.#doubts = [...sections.doubts, ...missing]
  }

  /** What is there and cannot be read, in words; of damage, what was met so far. */
  get doubts(): readonly string[] {
    return this.#isDamaged
      ? [...this.#doubts, 'debug information is damaged, and used as far as it goes']
      : this.#doubts
  }

  #unitAt(index: number): LoadedUnit {
    let loaded = this.#loaded.get(index)
    if (loaded === undefined) {
      const unit = this.#units.all[index]!
      loaded = { lines: this.#linesOf(unit), functions: new UnitFunctions(unit) }
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
    if (table === undefined) this.#isDamaged = true
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
        const path = lines!.files[file]
        if (path !== undefined && path !== '') yield { ...run, file: path }
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
    const { lines, functions } = unit
    const frames: SourceFrame[] = []
    let place = lineOf(unit, pc)
    let own: string | undefined
    for (const { entry, isInlined, file, line, column } of functions.at(pc)) {
      if (isInlined) {
        frames.push({ symbol: this.#nameOf(entry), place, isInlined: true })
        // Where the call has no line, its column means nothing.
        place = placeIn(lines, file, line, line === 0 ? 0 : column)
      } else own = this.#nameOf(entry)
    }
    const name = symbol ?? own
    if (name !== undefined || place !== undefined) frames.push({ symbol: name, place, isInlined: false })
    return frames
  }

  /** The name that linkers know, else the one that the source has. */
  #nameOf(offset: number): string | undefined {
    const { linkage, plain } = this.#namesOf(offset)
    return linkage ?? plain
  }

  #namesOf(offset: number): Names {
    const before = this.#names.get(offset)
    if (before !== undefined) return before
    const entry = new Entry()
    let [linkage, plain]: (string | undefined)[] = []
    let at: number | undefined = offset
    for (let count = 0; at !== undefined && linkage === undefined && count < MOST_REFERENCES; count++) {
      const unit: Unit | undefined = this.#units.at(at)
      if (unit === undefined || !unit.readEntry(at, entry)) break
      linkage = unit.textOf(entry, SLOT.linkageName)
      plain ??= unit.textOf(entry, SLOT.name)
      at = [SLOT.abstractOrigin, SLOT.specification].filter(slot => entry.has(slot)).map(slot => entry.value(slot))[0]
    }
    const names = { linkage, plain }
    this.#names.set(offset, names)
    return names
  }
}

function lineOf({ lines }: LoadedUnit, pc: number): SourcePlace | undefined {
  const found = lines?.at(pc)
  return found && placeIn(lines, found.file, found.line, found.column)
}

function placeIn(lines: LineTable | undefined, file: number, line: number, column: number): SourcePlace | undefined {
  const path = lines?.files[file]
  return path === undefined || path === '' ? undefined : { file: path, line, column }
}

const known = new WeakMap<Image, DebugInfo>()

/** Read once for each image. Never throws. */
export function debugInfoOf(image: Image): DebugInfo {
  let info = known.get(image)
  if (info === undefined) known.set(image, (info = new DebugInfo(image)))
  return info
}
