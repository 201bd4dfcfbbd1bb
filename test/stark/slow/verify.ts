/** The verifier (§7), slow and plain: every step in the specification's order, none of its tricks. */
import { PROOF, readArchive, wordsOf } from './archive.ts'
import { equal, plus, ZERO } from './extension.ts'
import { P } from './field.ts'
import { sameBytes } from './hash.ts'
import { gapsOf } from './identity.ts'
import type { Key } from './key.ts'
import { demand } from './rejected.ts'
import { openedColumns, readProof, type Proof, type Replayed } from './proof.ts'
import { demandQueries } from './queries.ts'
import { demandHeights, shapeOf, type Shape } from './shape.ts'
import { Transcript } from './transcript.ts'

export interface Verified {
  readonly heights: readonly number[]
  /** Of all AIRs in order. */
  readonly publics: readonly number[]
}

/** @throws {Rejected} of the step that says no */
export function verify(key: Key, bytes: Uint8Array, expected?: readonly number[]): Verified {
  const { sections } = readArchive(bytes, PROOF, 1)
  const proof = readProof(sections)
  demand(sameBytes(sections[0]!, key.digest), 2, 'another key')
  demandHeights(key, proof.heights)
  const shape = shapeOf(key, proof.heights)
  for (const [index, count] of shape.counts.entries()) {
    const size = [32, 4, 4, 32, 16, 8, 16, 32, 16, 64, 32, 64, 32][index]!
    demand(sections[index]!.length === count * size, 2, `count of section ${(0x101 + index).toString(16)}`)
  }
  for (const index of [2, 4, 6, 8, 9, 11])
    demand(
      wordsOf(sections[index]!).every(word => word < P),
      3,
      `a word of section ${(0x101 + index).toString(16)}`,
    )
  demand(expected === undefined || sameWords(expected, proof.publics), 3, 'public values')
  const replayed = replay(key, shape, proof)
  demand(equal(proof.sums.reduce(plus, ZERO), ZERO), 5, 'sums')
  const opened = openedColumns(shape, proof.openings)
  for (const { air, gap } of gapsOf({ key, shape, proof, replayed, opened }))
    demand(equal(gap, ZERO), 6, `constraints of AIR ${air}`)
  demandQueries({ key, shape, proof, replayed, opened })
  return { heights: proof.heights, publics: proof.publics }
}

const sameWords = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((word, index) => word === b[index])

/** Step 4. */
function replay(key: Key, shape: Shape, proof: Proof): Replayed {
  const transcript = new Transcript()
  const section = (kind: number): Uint8Array => proof.sections[kind - 0x101]!
  const work = (tag: number, bits: number, nonce: bigint): void =>
    demand(transcript.work(tag, bits, nonce), 4, `work of tag ${tag}`)
  transcript.absorb(1, key.digest)
  transcript.absorb(2, section(0x102))
  transcript.absorb(3, section(0x103))
  transcript.absorb(4, proof.roots[0]!)
  work(5, key.parameters.lookup, proof.nonces[0]!)
  const [alpha, beta] = transcript.elements(5, 2)
  if (proof.roots.length === 3) transcript.absorb(6, proof.roots[1]!)
  transcript.absorb(7, section(0x105))
  const [lambda] = transcript.elements(8, 1)
  transcript.absorb(9, proof.roots.at(-1)!)
  work(10, key.parameters.zeta, proof.nonces[1]!)
  const [zeta] = transcript.elements(10, 1)
  demand(
    zeta!.slice(1).some(coordinate => coordinate !== 0),
    4,
    'zeta lies in the base field',
  )
  transcript.absorb(11, section(0x107))
  work(12, key.parameters.batch, proof.nonces[2]!)
  const [gamma] = transcript.elements(12, 1)
  const betas = shape.rounds.map((_, round) => {
    transcript.absorb(13, proof.foldRoots[round]!)
    work(14, key.parameters.fold, proof.nonces[3 + round]!)
    return transcript.elements(14, 1)[0]!
  })
  transcript.absorb(15, section(0x109))
  work(16, key.parameters.query, proof.nonces.at(-1)!)
  const indices = transcript.indices(16, shape.n, key.parameters.queries)
  return { alpha: alpha!, beta: beta!, lambda: lambda!, zeta: zeta!, gamma: gamma!, betas, indices }
}
