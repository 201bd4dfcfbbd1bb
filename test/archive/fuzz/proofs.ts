/** What a verifier has to refuse though every archive is right by itself: classes 10 and 18 of mutations. */
import { P } from '../../../src/air/field.ts'
import { edited, rewritten, sectionBytes, sectionsOf, type Mutation, type Sample } from './mutation.ts'

const WORD_BYTES = 4

/** A key with the proofs of a run's segments, in order; together they are right. */
export interface Proved {
  readonly name: string
  readonly key: Uint8Array
  readonly proofs: readonly Uint8Array[]
}

export interface Forgery extends Proved {
  readonly class: 18
}

const asSample = (bytes: Uint8Array): Sample => ({ name: 'proof', content: 'proof', bytes })

/** How many elements of a section belong together, in each of its sections that has more of such. */
export type Stretches = ReadonlyMap<number, readonly number[]>

/**
 * 10: rows between queries, paths between trees: neighbouring stretches of a section change places.
 *
 * @param stretches of 0x10a to 0x10d, lengths by query and by tree
 */
export function* swappedStretches(proof: Uint8Array, stretches: Stretches): Generator<Mutation> {
  for (const { kind, offset, count, size } of sectionsOf(asSample(proof)))
    for (const length of stretches.get(kind) ?? [])
      for (let at = 0; at + 2 * length <= count; at += length) {
        const [from, middle, to] = [at, at + length, at + 2 * length].map(each => offset + size * each)
        const first = proof.slice(from, middle)
        const second = proof.slice(middle, to)
        if (Buffer.compare(first, second) === 0) continue
        const name = `stretches of ${length} elements at ${at} of 0x${kind.toString(16)}`
        const bytes = (): Uint8Array =>
          edited(proof, (_, all) => {
            all.set(second, from)
            all.set(first, from! + second.length)
          })
        yield { class: 10, name, bytes }
      }
}

/** 18: whole proofs under other keys. */
export function* underOtherKeys(all: readonly Proved[]): Generator<Forgery> {
  for (const { name, proofs } of all)
    for (const other of all)
      if (Buffer.compare(other.key, all.find(each => each.name === name)!.key) !== 0)
        yield { class: 18, name: `${name} under the key of ${other.name}`, key: other.key, proofs }
}

/** 18: each public value of each proof another, also where the proof names the key and all else is as it was. */
export async function* withOtherPublics({ name, key, proofs }: Proved): AsyncGenerator<Forgery> {
  for (const [place, proof] of proofs.entries()) {
    const sample = asSample(proof)
    const now = sectionBytes(sample, 0x103)
    for (let at = 0; at < now.length; at += WORD_BYTES) {
      const changed = edited(now, view => view.setUint32(at, (view.getUint32(at, true) + 1) % P, true))
      const { bytes } = await rewritten(sample, new Map([[0x103, changed]]))
      const what = `${name}: public value ${at / WORD_BYTES} of proof ${place} + 1`
      yield { class: 18, name: what, key, proofs: proofs.with(place, bytes) }
    }
  }
}

/** 18: segments permuted, dropped, doubled, or from another run of the same key. */
export function* rearranged({ name, key, proofs }: Proved, others: readonly Proved[] = []): Generator<Forgery> {
  const of = (what: string, list: readonly Uint8Array[]): Forgery => {
    return { class: 18, name: `${name}: ${what}`, key, proofs: list }
  }
  yield of('no segment', [])
  for (const [place, proof] of proofs.entries()) {
    if (place > 0) yield of(`segments ${place - 1} and ${place} swapped`, swapped(proofs, place))
    if (proofs.length > 1) yield of(`without segment ${place}`, proofs.toSpliced(place, 1))
    yield of(`segment ${place} twice`, proofs.toSpliced(place, 0, proof))
    for (const other of others)
      if (other.proofs[place] !== undefined && Buffer.compare(other.key, key) === 0)
        yield of(`segment ${place} of ${other.name}`, proofs.with(place, other.proofs[place]))
  }
}

const swapped = (proofs: readonly Uint8Array[], place: number): readonly Uint8Array[] =>
  proofs.with(place, proofs[place - 1]!).with(place - 1, proofs[place]!)
