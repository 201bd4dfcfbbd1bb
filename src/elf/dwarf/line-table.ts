/** Line programs, run: which line of which file each instruction comes from. */
import { Cursor } from '../cursor.ts'
import { lastAtMost } from '../search.ts'
import type { DebugSections } from './debug-sections.ts'
import { readLineHeader, type LineHeader } from './line-header.ts'
import type { AddressRange } from './ranges.ts'

const STANDARD = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  basicBlock: 7,
  constAddPc: 8,
  fixedAdvancePc: 9,
  prologueEnd: 10,
  epilogueBegin: 11,
  setIsa: 12,
} as const
const EXTENDED = { endSequence: 1, setAddress: 2 } as const

export interface LinePlace {
  /** Index of a file of the table. */
  readonly file: number
  /** 0 where no line is meant. */
  readonly line: number
  readonly column: number
}

/** Addresses that come from one line. */
export interface LineRun extends AddressRange {
  /** Index of a file of the table. */
  readonly file: number
  readonly line: number
}

/** Rows of one run of addresses, in their order. */
interface Sequence extends AddressRange {
  readonly firstRow: number
  readonly endRow: number
}

/** Rows of all sequences, which grow as they are read. */
class Rows {
  addresses = new Float64Array(64)
  places = new Uint32Array(64 * 3)
  count = 0

  push(address: number, file: number, line: number, column: number): void {
    if (this.count === this.addresses.length) this.#grow()
    this.addresses[this.count] = address
    this.places[3 * this.count] = file
    this.places[3 * this.count + 1] = line
    this.places[3 * this.count + 2] = column
    this.count++
  }

  #grow(): void {
    const [addresses, places] = [this.addresses, this.places]
    this.addresses = new Float64Array(2 * addresses.length)
    this.addresses.set(addresses)
    this.places = new Uint32Array(2 * places.length)
    this.places.set(places)
  }
}

export class LineTable {
  readonly files: readonly string[]
  readonly #rows: Rows
  readonly #sequences: readonly Sequence[]

  constructor(files: readonly string[], rows: Rows, sequences: readonly Sequence[]) {
    this.files = files
    this.#rows = rows
    this.#sequences = sequences.toSorted((a, b) => a.from - b.from)
  }

  get ranges(): readonly AddressRange[] {
    return this.#sequences
  }

  at(pc: number): LinePlace | undefined {
    const index = lastAtMost(this.#sequences.length, pc, each => this.#sequences[each]!.from)
    const sequence = this.#sequences[index]
    if (sequence === undefined || pc >= sequence.to) return undefined
    const { firstRow, endRow } = sequence
    const { addresses, places } = this.#rows
    const row = firstRow + lastAtMost(endRow - firstRow, pc, each => addresses[firstRow + each]!)
    return { file: places[3 * row]!, line: places[3 * row + 1]!, column: places[3 * row + 2]! }
  }

  /** Runs of addresses of one line each, in order, as far as a range has them; what has no line is left out. */
  *lines({ from, to }: AddressRange): Generator<LineRun> {
    const { addresses, places } = this.#rows
    const first = lastAtMost(this.#sequences.length, from, each => this.#sequences[each]!.from)
    for (let index = Math.max(0, first); index < this.#sequences.length; index++) {
      const { firstRow, endRow, ...sequence } = this.#sequences[index]!
      if (sequence.from >= to) return
      const end = Math.min(sequence.to, to, this.#sequences[index + 1]?.from ?? Infinity)
      let row =
        Math.max(
          0,
          lastAtMost(endRow - firstRow, from, each => addresses[firstRow + each]!),
        ) + firstRow
      for (; row < endRow && addresses[row]! < end; row++) {
        const [file, line] = [places[3 * row]!, places[3 * row + 1]!]
        const at = Math.max(from, addresses[row]!)
        // Rows that differ in their column only are one run.
        while (row + 1 < endRow && places[3 * row + 3] === file && places[3 * row + 4] === line) row++
        const next = row + 1 < endRow ? Math.min(addresses[row + 1]!, end) : end
        if (line > 0 && next > at) yield { from: at, to: next, file, line }
      }
    }
  }
}

/** The state of a line program. */
class Machine {
  address = 0
  file = 1
  line = 1
  column = 0
}

/** Undefined where there is no table; sequences whose addresses go down are damaged, and left out. */
export function readLineTable(sections: DebugSections, offset: number, directory: string): LineTable | undefined {
  const header = readLineHeader(sections, offset, directory)
  if (header === undefined) return undefined
  const rows = new Rows()
  const sequences: Sequence[] = []
  const cursor = new Cursor(sections.line, header.from, header.to)
  let state = new Machine()
  let firstRow = 0
  let isOrdered = true
  const emit = (): void => {
    if (rows.count > firstRow && state.address < rows.addresses[rows.count - 1]!) isOrdered = false
    rows.push(state.address, state.file, state.line, state.column)
  }
  const end = (): void => {
    const from = rows.addresses[firstRow]!
    const isGood = isOrdered && rows.count > firstRow && state.address > from
    if (isGood && state.address >= rows.addresses[rows.count - 1]!)
      sequences.push({ from, to: state.address, firstRow, endRow: rows.count })
    firstRow = rows.count
    isOrdered = true
    state = new Machine()
  }
  while (!cursor.isAtEnd && !cursor.failed) {
    const opcode = cursor.u8()
    if (opcode >= header.opcodeBase) {
      special(state, header, opcode)
      emit()
    } else if (opcode === 0) extended(cursor, state, end)
    else if (opcode === STANDARD.copy) emit()
    else standard(cursor, state, header, opcode)
  }
  return new LineTable(header.files, rows, sequences)
}

/** One byte that moves on in code and lines. */
function special(state: Machine, { opcodeBase, lineBase, lineRange, minimumLength }: LineHeader, opcode: number): void {
  const adjusted = opcode - opcodeBase
  state.address += Math.floor(adjusted / lineRange) * minimumLength
  state.line += lineBase + (adjusted % lineRange)
}

function extended(cursor: Cursor, state: Machine, end: () => void): void {
  const length = cursor.uleb()
  const next = cursor.at + length
  const opcode = length === 0 ? 0 : cursor.u8()
  if (opcode === EXTENDED.endSequence) end()
  else if (opcode === EXTENDED.setAddress) state.address = length === 9 ? cursor.s64() : cursor.u32()
  cursor.skip(Math.max(0, next - cursor.at))
}

function standard(cursor: Cursor, state: Machine, header: LineHeader, opcode: number): void {
  switch (opcode) {
    case STANDARD.advancePc:
      state.address += cursor.uleb() * header.minimumLength
      break
    case STANDARD.advanceLine:
      state.line += cursor.sleb()
      break
    case STANDARD.setFile:
      state.file = cursor.uleb()
      break
    case STANDARD.setColumn:
      state.column = cursor.uleb()
      break
    case STANDARD.constAddPc:
      state.address += Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumLength
      break
    case STANDARD.fixedAdvancePc:
      state.address += cursor.u16()
      break
    case STANDARD.negateStatement:
    case STANDARD.basicBlock:
    case STANDARD.prologueEnd:
    case STANDARD.epilogueBegin:
      break
    default:
      // STANDARD.setIsa, and what is not known: the header says how many operands it has.
      for (let left = header.operands[opcode - 1] ?? 0; left > 0; left--) cursor.uleb()
  }
}
