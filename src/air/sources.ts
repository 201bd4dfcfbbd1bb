/** The files that AIRs are read from, each once, and the digest of all of them. */
import { createHash } from 'node:crypto'
import { RvrError, messageOf } from '../errors.ts'
import { readSource } from './language/files.ts'
import { airError, type Place } from './language/place.ts'
import type { Definition, SourceFile } from './language/syntax.ts'

/** The text of the file at a path without ending, relative to the machine's list. @throws where there is none */
export type ReadAir = (path: string) => string

/** More than any machine has, by far. */
const MAX_FILES = 512

export class Sources {
  readonly #read: ReadAir
  readonly #name: (path: string) => string
  readonly #texts = new Map<string, string>()
  readonly #files = new Map<string, SourceFile>()
  readonly #definitions = new Map<string, ReadonlyMap<string, Definition>>()

  /** @param folder where the list lies, as errors are to name it: with a slash at its end, or nothing */
  constructor(read: ReadAir, folder = '') {
    this.#read = read
    this.#name = path => `${folder}${path}.air`
  }

  /** What errors call a file. */
  nameOf(path: string): string {
    return this.#name(path)
  }

  /** @throws RvrError `MACHINE_INVALID` at the place that asks for it */
  text(path: string, at: Place): string {
    const before = this.#texts.get(path)
    if (before !== undefined) return before
    if (this.#texts.size === MAX_FILES) throw airError(at, `more than ${MAX_FILES} files`)
    const text = this.#attempt(path, at)
    this.#texts.set(path, text)
    return text
  }

  #attempt(path: string, at: Place): string {
    try {
      return this.#read(path)
    } catch (cause) {
      if (cause instanceof RvrError) throw cause
      throw airError(at, `${this.#name(path)} cannot be read: ${messageOf(cause)}`)
    }
  }

  get(path: string, at: Place): SourceFile {
    const before = this.#files.get(path)
    if (before !== undefined) return before
    const source = readSource(this.text(path, at), this.#name(path))
    this.#files.set(path, source)
    return source
  }

  /** What a file defines, and what those that it uses do. */
  definitionsOf(path: string, at: Place): ReadonlyMap<string, Definition> {
    const before = this.#definitions.get(path)
    if (before !== undefined) return before
    const all = new Map<string, Definition>()
    // A file that uses itself, in a circle, sees what has been read so far.
    this.#definitions.set(path, all)
    const source = this.get(path, at)
    const add = (definition: Definition): void => {
      const other = all.get(definition.name)
      if (other !== undefined && other !== definition) throw airError(definition.at, `a second ${definition.name}`)
      all.set(definition.name, definition)
    }
    for (const use of source.uses) for (const each of this.definitionsOf(use.path, use.at).values()) add(each)
    for (const each of source.definitions) add(each)
    return all
  }

  /** Of all that has been read. */
  get paths(): readonly string[] {
    return [...this.#texts.keys()]
  }

  digest(): string {
    return sourcesDigest([...this.#texts])
  }
}

/** SHA-256 of paths and texts, 64 hex digits. */
export function sourcesDigest(texts: readonly (readonly [path: string, text: string])[]): string {
  const hash = createHash('sha256')
  for (const [path, text] of texts.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\n${Buffer.byteLength(text)}\n${text}\n`)
  return hash.digest('hex')
}
