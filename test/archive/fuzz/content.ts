/** Classes 8, 9, 14 and 15 of mutations: frame and digest are perfect, only what is in the archive is wrong. */
import { P } from '../../../src/air/field.ts'
import type { ContentName } from '../../../src/archive/kinds.ts'
import { rewritten, sectionBytes, sectionsOf, type Mutation, type Sample } from './mutation.ts'

/** One whose frame is right. */
export interface Reframed extends Omit<Mutation, 'bytes' | 'mayPass'> {
  readonly section: number
  bytes(): Promise<Uint8Array>
}

const WORD_BYTES = 4

/** Sections of field elements alone, padding of rows among them. */
const FIELDS: Partial<Record<ContentName, readonly number[]>> = {
  proof: [0x103, 0x105, 0x107, 0x109, 0x10a, 0x10c],
  traces: [0x302, 0x303],
  segment: [0x302, 0x303],
}

/** Logarithms of heights: section, and bytes from one to the next, the first of them where they begin. */
const HEIGHTS: Partial<Record<ContentName, readonly [section: number, first: number, stride: number]>> = {
  proof: [0x102, 0, 4],
  traces: [0x301, 8, 16],
  segment: [0x301, 8, 16],
}

const reframed = (
  sample: Sample,
  { section, ...what }: Pick<Reframed, 'class' | 'name' | 'section'>,
  changed: () => Uint8Array,
): Reframed => ({
  ...what,
  section,
  name: `0x${section.toString(16)}: ${what.name}`,
  bytes: async () => (await rewritten(sample, new Map([[section, changed()]]))).bytes,
})

function withWord(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = new Uint8Array(bytes)
  new DataView(changed.buffer).setUint32(at, value, true)
  return changed
}

/** 8. */
export function* resized(sample: Sample): Generator<Reframed> {
  for (const { kind, size } of sectionsOf(sample)) {
    const now = sectionBytes(sample, kind)
    const lengths = { longer: now.length + size, shorter: now.length - size, empty: 0, doubled: 2 * now.length }
    for (const [name, length] of Object.entries(lengths)) {
      if (length < 0 || length === now.length) continue
      yield reframed(sample, { class: 8, name, section: kind }, () => {
        const changed = new Uint8Array(length)
        changed.set(now.subarray(0, length))
        if (length > now.length) changed.set(now.subarray(0, length - now.length), now.length)
        return changed
      })
    }
  }
}

/** 9: each field element that fits into 32 bits with p added to it. */
export function* beyondField(sample: Sample): Generator<Reframed> {
  for (const section of FIELDS[sample.content] ?? []) {
    const now = sectionBytes(sample, section)
    const view = new DataView(now.buffer)
    for (let at = 0; at < now.length; at += WORD_BYTES) {
      const value = view.getUint32(at, true) + P
      if (value >= 2 ** 32) continue
      const what = { class: 9, name: `element ${at / WORD_BYTES} + p`, section } as const
      yield reframed(sample, what, () => withWord(now, at, value))
    }
  }
}

/** 14, of keys: each word of each section another, and the digest that of what is there now. */
export function* otherWords(sample: Sample): Generator<Reframed> {
  for (const { kind: section } of sectionsOf(sample)) {
    const now = sectionBytes(sample, section)
    const view = new DataView(now.buffer)
    for (let at = 0; at < now.length; at += WORD_BYTES) {
      const value = view.getUint32(at, true)
      for (const other of new Set([value + 1, value - 1, 0, 2 ** 32 - 1].map(each => each >>> 0))) {
        if (other === value) continue
        const what = { class: 14, name: `word ${at / WORD_BYTES} is ${other}`, section } as const
        yield reframed(sample, what, () => withWord(now, at, other))
      }
    }
  }
}

/** 15: tables of 2^24 rows and more, in a few bytes; each of them, and all at once. */
export function* tall(sample: Sample): Generator<Reframed> {
  const place = HEIGHTS[sample.content]
  if (place === undefined) return
  const [section, first, stride] = place
  const now = sectionBytes(sample, section)
  const all = Array.from({ length: Math.ceil((now.length - first) / stride) }, (_, index) => first + stride * index)
  for (const log of [24, 25, 27, 31, 32, 63, 2 ** 31, 2 ** 32 - 2])
    for (const places of [...all.map(at => [at]), all])
      yield reframed(sample, { class: 15, name: `heights at ${places.join(', ')} are 2^${log}`, section }, () =>
        places.reduce((bytes, at) => withWord(bytes, at, log), now),
      )
}
