/** Line programs, run: which line of which file each instruction comes from. */
import { Cursor } from '../cursor.ts'
import { lastAtMost } from '../search.ts'
import type { DebugSections } from './debug-sections.ts'
import type { LineFiles } from './line-files.ts'
import { readLineHeader, type LineHeader } from './line-header.ts'
import { LineRows, ROW_BYTES, type LinePlace, type LineRun, type Sequence } from './line-rows.ts'
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

export class LineTable {
  readonly files: LineFiles
  /** Has the whole program been read? */
  readonly isWhole: boolean
  readonly #rows: LineRows
  readonly #sequences: readonly Sequence[]

  constructor(files: LineFiles, rows: LineRows, isWhole: boolean) {
    this.files = files
    this.isWhole = isWhole
    this.#rows = rows
    this.#sequences = rows.sequences.toSorted((a, b) => a.from - b.from)
  }

  get ranges(): readonly AddressRange[] {
    return this.#sequences
  }

  /** Index of the last sequence that begins at or below an address. */
  #sequenceAt(pc: number): number {
    return lastAtMost(this.#sequences.length, pc, index => this.#sequences[index]!.from)
  }

  at(pc: number): LinePlace | undefined {
    const sequence = this.#sequences[this.#sequenceAt(pc)]
    return sequence === undefined || pc >= sequence.to ? undefined : this.#rows.at(sequence, pc)
  }

  /** Runs of addresses of one line each, in order, as far as a range has them; what has no line is left out. */
  *lines({ from, to }: AddressRange): Generator<LineRun> {
    for (let index = Math.max(0, this.#sequenceAt(from)); index < this.#sequences.length; index++) {
      const sequence = this.#sequences[index]!
      if (sequence.from >= to) return
      const end = Math.min(sequence.to, to, this.#sequences[index + 1]?.from ?? Infinity)
      yield* this.#rows.runs(sequence, { from: Math.max(from, sequence.from), to: end })
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

/** Undefined where there is no table. */
export function readLineTable(sections: DebugSections, offset: number, directory: string): LineTable | undefined {
  const header = readLineHeader(sections, offset, directory)
  if (header === undefined) return undefined
  const { effort } = sections
  const rows = new LineRows(sections.memoryEnd)
  const cursor = new Cursor(sections.contents.line, header.from, header.to)
  let state = new Machine()
  const emit = (): void => {
    rows.push(state.address, state.file, state.line, state.column)
    effort.spend(ROW_BYTES)
  }
  const end = (): void => {
    rows.end(state.address)
    state = new Machine()
  }
  for (; !cursor.isAtEnd && !effort.isSpent; effort.spend(1)) {
    const opcode = cursor.u8()
    if (opcode >= header.opcodeBase) {
      special(state, header, opcode)
      emit()
    } else if (opcode === 0) extended(cursor, state, end)
    else if (opcode === STANDARD.copy) emit()
    else standard(cursor, state, header, opcode)
  }
  return new LineTable(header.files, rows, cursor.isAtEnd && !cursor.failed)
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
