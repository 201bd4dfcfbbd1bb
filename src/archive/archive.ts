/** An archive whose frame, table, padding and digest are right: its sections are looked at where they lie. */
import { bytesToHex } from '@noble/hashes/utils.js'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { archiveInvalid, type Fault } from './fault.ts'
import { digestField, type Frame, type Section } from './frame.ts'
import type { ContentName } from './kinds.ts'

export class Archive {
  /** The file's path; `<bytes>` where there is none. */
  readonly file: string
  readonly content: ContentName
  /** All that the content has, in order. */
  readonly sections: readonly Section[]
  /** Of all: header, table and padding too. */
  readonly bytes: number
  /** Content digest, 64 hex digits; undefined for a proof, which has none. */
  readonly digest: string | undefined
  readonly #bytes: Uint8Array

  /** @param bytes whole, at a multiple of 64 in their buffer, and nobody else's. */
  constructor(file: string, { content, sections }: Frame, bytes: Uint8Array) {
    this.file = file
    this.content = content
    this.sections = sections
    this.bytes = bytes.length
    this.digest = content === 'proof' ? undefined : bytesToHex(digestField(bytes))
    this.#bytes = bytes
  }

  /** All of it: no copy. */
  get whole(): Uint8Array {
    return this.#bytes
  }

  /** @throws RvrError `USAGE`: the content has no section of the kind. */
  section(kind: number): Section {
    const found = this.sections.find(each => each.kind === kind)
    if (found !== undefined) return found
    const all = this.sections.map(each => hexText(each.kind)).join(', ')
    throw new RvrError('USAGE', `archive ${this.file} has no section ${hexText(kind)}`, {
      hint: `A content ${this.content} has ${all}.`,
    })
  }

  /** The bytes of a section: no copy. @throws RvrError `USAGE`. */
  view(kind: number): Uint8Array {
    const { offset, count, size } = this.section(kind)
    return this.#bytes.subarray(offset, offset + count * size)
  }

  /** A section as words of 32 bits: no copy. @throws RvrError `USAGE`. */
  words(kind: number): Uint32Array {
    const { buffer, byteOffset, byteLength } = this.view(kind)
    return new Uint32Array(buffer, byteOffset, byteLength / Uint32Array.BYTES_PER_ELEMENT)
  }

  /** A section as words of 64 bits: no copy. @throws RvrError `USAGE`. */
  longs(kind: number): BigUint64Array {
    const { buffer, byteOffset, byteLength } = this.view(kind)
    return new BigUint64Array(buffer, byteOffset, byteLength / BigUint64Array.BYTES_PER_ELEMENT)
  }

  /** The error about a section of it. `at` is a byte of the section. */
  invalid(
    kind: number,
    fault: Omit<Fault, 'section' | 'offset'> & { readonly at?: number },
    problem: string,
  ): RvrError {
    const { at = 0, ...rest } = fault
    const section = this.section(kind)
    return archiveInvalid(this.file, { ...rest, section, offset: section.offset + at }, problem)
  }
}
