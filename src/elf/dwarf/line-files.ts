/** Which files the lines of a table are in: units name many and use few, so paths are read when they are asked for. */
import type { Cursor } from '../cursor.ts'
import { FORM } from './constants.ts'
import type { DebugSections } from './debug-sections.ts'
import { readOffset } from './units.ts'

const CONTENT = { path: 1, directory: 2 } as const
/** What a name that is kept counts for. */
const NAME_BYTES = 32

/** Both separators: guests are built on any system. */
const isAbsolute = (path: string): boolean => /^(\/|[a-z]:[\\/])/i.test(path)

function joined(directory: string, path: string): string {
  if (directory === '' || isAbsolute(path)) return path
  if (path === '') return directory
  return /[\\/]$/.test(directory) ? directory + path : `${directory}/${path}`
}

/** A name as the table has it: a form, where its text is, and the number of its directory. */
interface Name {
  form: number
  at: number
  directory: number
}

const NO_NAME: Name = { form: 0, at: 0, directory: 0 }

/** What tables of names are read by. */
export interface FilesReader {
  readonly cursor: Cursor
  readonly isLong: boolean
  readonly version: number
  /** Of the unit, which paths count from. */
  readonly directory: string
  readonly sections: DebugSections
}

export class LineFiles {
  readonly #sections: DebugSections
  readonly #base: string
  readonly #directories: readonly Name[]
  readonly #files: readonly Name[]
  readonly #paths: (string | undefined)[] = []

  constructor(reader: FilesReader) {
    this.#sections = reader.sections
    // Up to version 4 files count from 1, and directory 0 is the unit's.
    const read = reader.version < 5 ? namesOf4 : namesOf5
    this.#directories = read(reader, false)
    this.#files = read(reader, true)
    // From version 5 on it is the table's own, the same again, which need not be absolute.
    const base = this.#text(this.#directories[0])
    this.#base = base === reader.directory ? base : joined(reader.directory, base)
  }

  /** The path of a file by its number; empty where it has none. */
  path(index: number): string {
    return (this.#paths[index] ??= this.#read(index))
  }

  #read(index: number): string {
    const name = this.#files[index]
    const path = this.#text(name)
    if (name === undefined || path === '') return ''
    const directory = name.directory === 0 ? '' : this.#text(this.#directories[name.directory])
    const whole = joined(joined(this.#base, directory), path)
    this.#sections.effort.spend(whole.length)
    return whole
  }

  #text({ form, at }: Name = NO_NAME): string {
    if (form === FORM.string) return this.#sections.text('line', at)
    if (form === FORM.strp) return this.#sections.text('str', at)
    return form === FORM.line_strp ? this.#sections.text('line_str', at) : ''
  }
}

/** Texts one after the other up to an empty one; those of files with a directory, a time and a size. */
function namesOf4({ cursor, sections: { contents, effort } }: FilesReader, areFiles: boolean): Name[] {
  const names = [NO_NAME]
  while (!cursor.failed && !effort.isSpent) {
    const at = cursor.text()
    if (contents.line[at] === 0 || cursor.failed) break
    names.push({ form: FORM.string, at, directory: areFiles ? cursor.uleb() : 0 })
    if (areFiles) for (let left = 2; left > 0; left--) cursor.uleb()
    effort.spend(NAME_BYTES)
  }
  return names
}

/** A description of fields, and as many rows of them as it says. */
function namesOf5({ cursor, isLong, sections: { effort } }: FilesReader): Name[] {
  const fields = Array.from({ length: cursor.u8() }, () => ({ content: cursor.uleb(), form: cursor.uleb() }))
  const count = fields.length === 0 ? 0 : cursor.uleb()
  const names: Name[] = []
  while (names.length < count && !cursor.failed && !effort.isSpent) {
    const name = { ...NO_NAME }
    for (const { content, form } of fields) {
      const value = readField(cursor, form, isLong)
      if (content === CONTENT.path) [name.form, name.at] = [form, value]
      else if (content === CONTENT.directory) name.directory = value
    }
    names.push(name)
    effort.spend(NAME_BYTES)
  }
  return names
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
