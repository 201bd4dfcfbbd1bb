/** Headers of line programs, DWARF 2 to 5: how opcodes are read, and which files lines are in. */
import { Cursor } from '../cursor.ts'
import { stringAt } from '../sections.ts'
import { FORM } from './constants.ts'
import type { DebugSections } from './debug-sections.ts'
import { readLength, readOffset } from './units.ts'

export interface LineHeader {
  readonly minimumLength: number
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  /** Operands of the standard opcodes, from opcode 1 on. */
  readonly operands: readonly number[]
  readonly addressBytes: number
  /** Paths by the numbers that rows and calls have for files. */
  readonly files: readonly string[]
  /** Where the program is. */
  readonly from: number
  readonly to: number
}

const MOST_FILES = 2 ** 16
const CONTENT = { path: 1, directory: 2 } as const

/** Both separators: guests are built on any system. */
const isAbsolute = (path: string): boolean => /^(\/|[a-z]:[\\/])/i.test(path)

export function joined(directory: string, path: string): string {
  if (directory === '' || isAbsolute(path)) return path
  return /[\\/]$/.test(directory) ? directory + path : `${directory}/${path}`
}

/** Undefined where there is none, or one that is damaged or not known. */
export function readLineHeader(sections: DebugSections, offset: number, directory: string): LineHeader | undefined {
  const { line } = sections
  const cursor = new Cursor(line, offset, line.length)
  const { length, isLong } = readLength(cursor)
  const to = cursor.at + length
  if (cursor.failed || length <= 0 || to > line.length) return undefined
  const version = cursor.u16()
  if (version < 2 || version > 5) return undefined
  const addressBytes = version === 5 ? cursor.u8() : 0
  // Bytes of segment selectors, which no guest has.
  if (version === 5) cursor.skip(1)
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
  const inner = { cursor, isLong, directory, sections }
  const files = version === 5 ? files5(inner) : files4(inner)
  if (cursor.failed || lineRange === 0) return undefined
  return { minimumLength, lineBase, lineRange, opcodeBase, operands, addressBytes, files, from, to }
}

interface Tables {
  readonly cursor: Cursor
  readonly isLong: boolean
  /** Of the unit, which paths count from. */
  readonly directory: string
  readonly sections: DebugSections
}

/** Files count from 1, and directory 0 is the unit's. */
function files4({ cursor, directory, sections: { line } }: Tables): string[] {
  const directories = [directory]
  const text = (): string => stringAt(line, cursor.text())
  for (let path = text(); path !== '' && directories.length < MOST_FILES; path = text())
    directories.push(joined(directory, path))
  const files = ['']
  for (let path = text(); path !== '' && files.length < MOST_FILES; path = text()) {
    files.push(joined(directories[cursor.uleb()] ?? directory, path))
    // When it was changed, and its size.
    cursor.uleb()
    cursor.uleb()
  }
  return files
}

interface Field {
  readonly content: number
  readonly form: number
}

function files5(tables: Tables): string[] {
  const directories: string[] = []
  for (const { path } of entries(tables)) directories.push(joined(directories[0] ?? tables.directory, path))
  return entries(tables).map(({ path, directory }) => joined(directories[directory] ?? '', path))
}

function entries({ cursor, isLong, sections }: Tables): { readonly path: string; readonly directory: number }[] {
  const fields: Field[] = Array.from({ length: cursor.u8() }, () => ({ content: cursor.uleb(), form: cursor.uleb() }))
  const count = cursor.uleb()
  const found: { path: string; directory: number }[] = []
  if (fields.length === 0) return found
  for (let index = 0; index < Math.min(count, MOST_FILES) && !cursor.failed; index++) {
    const entry = { path: '', directory: 0 }
    for (const { content, form } of fields) {
      const value = readField(cursor, form, isLong)
      if (content === CONTENT.path) entry.path = textOf(sections, form, value)
      else if (content === CONTENT.directory) entry.directory = value
    }
    found.push(entry)
  }
  return found
}

function readField(cursor: Cursor, form: number, isLong: boolean): number {
  switch (form) {
    case FORM.string:
      return cursor.text()
    case FORM.line_strp:
    case FORM.strp:
      return readOffset(cursor, isLong)
    case FORM.udata:
      return cursor.uleb()
    case FORM.data1:
      return cursor.u8()
    case FORM.data2:
      return cursor.u16()
    case FORM.data4:
      return cursor.u32()
    case FORM.data8:
      return cursor.s64()
    case FORM.data16:
      cursor.skip(16)
      return 0
    case FORM.block:
      cursor.skip(cursor.uleb())
      return 0
    default:
      cursor.skip(Number.MAX_SAFE_INTEGER)
      return 0
  }
}

function textOf({ line, str, line_str: lineStr }: DebugSections, form: number, at: number): string {
  if (form === FORM.string) return stringAt(line, at)
  if (form === FORM.strp) return stringAt(str, at)
  return form === FORM.line_strp ? stringAt(lineStr, at) : ''
}
