/** Layers 0 to 2 of the archive, written from its specification: a reader that copies, and the writer. */
import { chained, frame, initial, sameBytes, wordBytes } from './hash.ts'
import { demand } from './rejected.ts'

export const PROOF = 1
export const KEY = 2
export const TRACES = 3

/** Section kinds and element sizes of a content kind. */
export const SECTIONS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  [PROOF]: [
    [0x101, 32],
    [0x102, 4],
    [0x103, 4],
    [0x104, 32],
    [0x105, 16],
    [0x106, 8],
    [0x107, 16],
    [0x108, 32],
    [0x109, 16],
    [0x10a, 64],
    [0x10b, 32],
    [0x10c, 64],
    [0x10d, 32],
  ],
  [KEY]: [
    [0x201, 4],
    [0x202, 64],
    [0x203, 16],
    [0x204, 4],
    [0x205, 32],
    [0x206, 4],
    [0x207, 32],
    [0x208, 16],
    [0x209, 16],
  ],
  [TRACES]: [
    [0x301, 16],
    [0x302, 4],
    [0x303, 4],
  ],
}

export interface Archive {
  readonly kind: number
  /** The bytes of each section, in order. */
  readonly sections: readonly Uint8Array[]
  readonly digest: Uint8Array
}

const MAGIC = new TextEncoder().encode('rvrarch1')
const upTo64 = (length: number): number => Math.ceil(length / 64) * 64

/** The chain over the sections, whatever their offsets are. */
export function contentDigest(kind: number, sections: readonly Uint8Array[]): Uint8Array {
  let state = chained(initial('content'), frame(1, 0, kind, sections.length))
  for (const [index, bytes] of sections.entries()) {
    const [section, size] = SECTIONS[kind]![index]!
    const count = bytes.length / size
    state = chained(state, frame(1, section, size, 0, count % 2 ** 32, Math.floor(count / 2 ** 32)))
    state = chained(state, bytes)
  }
  return wordBytes(state)
}

/** @throws {Rejected} of `step` */
export function readArchive(bytes: Uint8Array, kind: number, step: number): Archive {
  demand(bytes.length >= 64 && bytes.length < 2 ** 32, step, 'length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const u32 = (at: number): number => view.getUint32(at, true)
  const u64 = (at: number): bigint => view.getBigUint64(at, true)
  const listed = SECTIONS[kind]!
  demand(sameBytes(bytes.subarray(0, 8), MAGIC), step, 'magic')
  demand(u32(8) === 1, step, 'format version')
  demand(u32(12) === kind, step, 'content kind')
  demand(u64(16) === BigInt(bytes.length), step, 'total length')
  demand(u32(24) === listed.length, step, 'section count')
  demand(u32(28) === 0, step, 'flags')
  const table = 64 + 32 * listed.length
  demand(bytes.length >= table, step, 'table is not inside')

  const sections: Uint8Array[] = []
  let end = table
  const demandPadding = (): void => {
    const next = upTo64(end)
    demand(next <= bytes.length && bytes.subarray(end, next).every(byte => byte === 0), step, `padding at ${end}`)
    end = next
  }
  for (const [index, [section, size]] of listed.entries()) {
    const entry = 64 + 32 * index
    demandPadding()
    demand(u32(entry) === section, step, `kind of section ${index}`)
    demand(u32(entry + 4) === size, step, `element size of section ${index}`)
    demand(u64(entry + 8) === BigInt(end), step, `offset of section ${index}`)
    demand(u64(entry + 24) === 0n, step, `last word of section ${index}`)
    const count = u64(entry + 16)
    demand(count <= BigInt(bytes.length - end) / BigInt(size), step, `count of section ${index}`)
    const length = Number(count) * size
    sections.push(bytes.slice(end, end + length))
    end += length
  }
  demandPadding()
  demand(end === bytes.length, step, 'bytes behind the last section')
  const digest = bytes.slice(32, 64)
  const expected = kind === PROOF ? new Uint8Array(32) : contentDigest(kind, sections)
  demand(sameBytes(digest, expected), step, 'content digest')
  return { kind, sections, digest }
}

export function writeArchive(kind: number, sections: readonly Uint8Array[]): Uint8Array {
  const listed = SECTIONS[kind]!
  const offsets: number[] = []
  let end = upTo64(64 + 32 * sections.length)
  for (const section of sections) {
    offsets.push(end)
    end = upTo64(end + section.length)
  }
  const bytes = new Uint8Array(end)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, 1, true)
  view.setUint32(12, kind, true)
  view.setBigUint64(16, BigInt(end), true)
  view.setUint32(24, sections.length, true)
  if (kind !== PROOF) bytes.set(contentDigest(kind, sections), 32)
  for (const [index, section] of sections.entries()) {
    const [code, size] = listed[index]!
    const entry = 64 + 32 * index
    view.setUint32(entry, code, true)
    view.setUint32(entry + 4, size, true)
    view.setBigUint64(entry + 8, BigInt(offsets[index]!), true)
    view.setBigUint64(entry + 16, BigInt(section.length / size), true)
    bytes.set(section, offsets[index])
  }
  return bytes
}

export function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true))
}

/** Rows of `width` each. */
export const rowsOf = <T>(list: readonly T[], width: number): T[][] =>
  Array.from({ length: list.length / width }, (_, index) => list.slice(width * index, width * (index + 1)))
