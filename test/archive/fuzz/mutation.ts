/** A changed archive, as the classes of docs say: made when somebody asks for its bytes. */
import { layOut, tableEnd, type Section } from '../../../src/archive/frame.ts'
import { contents, type ContentName } from '../../../src/archive/kinds.ts'
import { encodeArchive } from '../../../src/archive/write.ts'
import { isExhaustive } from '../../support/exhaustive.ts'

/** An archive that is right. */
export interface Sample {
  readonly name: string
  readonly content: ContentName
  readonly bytes: Uint8Array
}

/** Numbers of the format's list of mutations. */
export type MutationClass = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 12 | 14 | 15 | 18

export interface Mutation {
  readonly class: MutationClass
  readonly name: string
  bytes(): Uint8Array
  /** A proof has no digest: the container does not see every change of its content. Whoever reads the proof has to. */
  readonly mayPass?: boolean
}

/** Sections where a sample has them. */
export function sectionsOf({ content, bytes }: Pick<Sample, 'content' | 'bytes'>): readonly Section[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const counts = contents[content].sections.map((_, index) => Number(view.getBigUint64(tableEnd(index) + 16, true)))
  return layOut(content, counts).sections
}

/** A copy of a section's bytes. */
export function sectionBytes(sample: Sample, kind: number): Uint8Array {
  const { offset, count, size } = sectionsOf(sample).find(each => each.kind === kind)!
  return sample.bytes.slice(offset, offset + count * size)
}

export const edited = (bytes: Uint8Array, edit: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
  const copy = new Uint8Array(bytes)
  edit(new DataView(copy.buffer), copy)
  return copy
}

export const withTotal = (bytes: Uint8Array): Uint8Array =>
  bytes.length < 24 ? bytes : edited(bytes, view => view.setBigUint64(16, BigInt(bytes.length), true))

/** The sample with other sections; frame, padding and digest are right. */
export async function rewritten(sample: Sample, change: ReadonlyMap<number, Uint8Array>): Promise<Sample> {
  const sections = sectionsOf(sample).map(({ kind }) => {
    return [kind, [change.get(kind) ?? sectionBytes(sample, kind)]] as const
  })
  return { ...sample, bytes: await encodeArchive({ content: sample.content, sections: new Map(sections) }) }
}

export const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
export const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)

/** `make test` tries all of a class that has few, and of others so many. */
const MOST = 250

/** All, in `make fuzz` and `make exhaustive`; else of each class so many at even distances. */
export function sampled(all: Iterable<Mutation>, most = MOST): readonly Mutation[] {
  const list = [...all]
  if (isExhaustive || rounds > 1) return list
  const sizes = new Map<MutationClass, number>()
  for (const { class: own } of list) sizes.set(own, (sizes.get(own) ?? 0) + 1)
  const seen = new Map<MutationClass, number>()
  return list.filter(({ class: own }) => {
    const place = seen.get(own) ?? 0
    seen.set(own, place + 1)
    const stride = Math.ceil(sizes.get(own)! / most)
    return place % stride === firstSeed % stride
  })
}
