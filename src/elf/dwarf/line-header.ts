/** Headers of line programs, DWARF 2 to 5: how opcodes are read, and which files lines are in. */
import { Cursor } from '../cursor.ts'
import type { DebugSections } from './debug-sections.ts'
import { LineFiles } from './line-files.ts'
import { readLength, readOffset } from './units.ts'

export interface LineHeader {
  readonly minimumLength: number
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  /** Operands of the standard opcodes, from opcode 1 on. */
  readonly operands: readonly number[]
  /** By the numbers that rows and calls have for them. */
  readonly files: LineFiles
  /** Where the program is. */
  readonly from: number
  readonly to: number
}

/** Undefined where there is none, or one that is damaged or not known. */
export function readLineHeader(sections: DebugSections, offset: number, directory: string): LineHeader | undefined {
  const { line } = sections.contents
  const cursor = new Cursor(line, offset, line.length)
  const { length, isLong } = readLength(cursor)
  const to = cursor.at + length
  if (cursor.failed || length <= 0 || to > line.length) return undefined
  const version = cursor.u16()
  if (version < 2 || version > 5) return undefined
  // Bytes of an address, which operands say for themselves, and of segment selectors, which no guest has.
  if (version === 5) cursor.skip(2)
  const headerLength = readOffset(cursor, isLong)
  const from = cursor.at + headerLength
  if (headerLength < 0 || from > to) return undefined
  const minimumLength = cursor.u8()
  // Operations of an instruction: more than one on machines that are not ours.
  if (version >= 4) cursor.skip(1)
  // Is a row a good place to stop at, by default? Lines do not depend on it.
  cursor.skip(1)
  const lineBase = (cursor.u8() << 24) >> 24
  const lineRange = cursor.u8()
  const opcodeBase = cursor.u8()
  const operands = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => cursor.u8())
  const files = new LineFiles({ cursor, isLong, version, directory, sections })
  if (cursor.failed || lineRange === 0) return undefined
  return { minimumLength, lineBase, lineRange, opcodeBase, operands, files, from, to }
}
