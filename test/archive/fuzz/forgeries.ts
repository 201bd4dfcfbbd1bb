/** What a verifier has to refuse: every class of mutations of a key and of its proof. */
import { randomSource } from '../../support/random.ts'
import { vector } from '../samples.ts'
import { beyondField, otherWords, resized, tall, type Reframed } from './content.ts'
import { mutationsOf, randomChange } from './frame.ts'
import { firstSeed, rounds, sampled, sectionBytes, sectionsOf, type Sample } from './mutation.ts'
import { swappedStretches, underOtherKeys, withOtherPublics, type Stretches } from './proofs.ts'

/** A key with a proof, at least one of which is not what it was. */
export interface Forged {
  readonly name: string
  readonly key: Uint8Array
  readonly proof: Uint8Array
}

const word = (bytes: Uint8Array, index: number): number => new DataView(bytes.buffer).getUint32(4 * index, true)

/** Elements of a query, and of the path of the tallest tree. */
function stretchesOf(key: Sample, proof: Sample): Stretches {
  const parameters = sectionBytes(key, 0x201)
  const [blowUp, queries] = [word(parameters, 1), word(parameters, 4)]
  const heights = [...new Uint32Array(sectionBytes(proof, 0x102).buffer)].filter(height => height < 2 ** 31)
  const ofQuery = sectionsOf(proof)
    .filter(({ kind }) => kind >= 0x10a)
    .map(({ kind, count }) => [kind, count / queries] as const)
    .filter(([, count]) => count > 0)
  const path = Math.max(...heights) + blowUp
  return new Map(ofQuery.map(([kind, count]) => [kind, kind === 0x10b ? [count, path] : [count]]))
}

/**
 * All that becomes of the key and the proof of a small system.
 *
 * @param other has a key and a proof of its own
 */
export async function forgeriesOf(name: string, other: string): Promise<Forged[]> {
  const [key, proof] = (['vkey', 'proof'] as const).map(content => {
    return { name, content, bytes: vector(`${name}.test.${content}`) }
  }) as [Sample, Sample]
  const proved = { name, key: key.bytes, proofs: [proof.bytes] }
  const cases: Forged[] = []
  const ofProof = (what: string, bytes: Uint8Array): void =>
    void cases.push({ name: what, key: key.bytes, proof: bytes })
  const ofKey = (what: string, bytes: Uint8Array): void =>
    void cases.push({ name: what, key: bytes, proof: proof.bytes })
  for (const each of sampled(mutationsOf(proof))) ofProof(`${each.class}: ${each.name}`, each.bytes())
  for (const each of swappedStretches(proof.bytes, stretchesOf(key, proof))) ofProof(`10: ${each.name}`, each.bytes())
  for (const each of [...resized(proof), ...tall(proof), ...sampledFields(proof)])
    ofProof(`${each.class}: ${each.name}`, await each.bytes())
  for (const each of sampled(mutationsOf(key))) ofKey(`key, ${each.class}: ${each.name}`, each.bytes())
  for (const each of [...resized(key), ...otherWords(key)])
    ofKey(`key, ${each.class}: ${each.name}`, await each.bytes())
  for await (const each of withOtherPublics(proved)) ofProof(each.name, each.proofs[0]!)
  const others = { name: other, key: vector(`${other}.test.vkey`), proofs: [vector(`${other}.test.proof`)] }
  for (const each of underOtherKeys([proved, others]))
    cases.push({ name: each.name, key: each.key, proof: each.proofs[0]! })
  const random = randomSource(firstSeed)
  for (let count = 0; count < 300 * rounds; count++) {
    const changed = randomChange(proof, random)
    if (Buffer.compare(changed, proof.bytes) !== 0) ofProof(`random ${count}`, changed)
  }
  return cases
}

/** All in `make fuzz`. */
const sampledFields = (proof: Sample): Reframed[] =>
  [...beyondField(proof)].filter((_, at) => rounds > 1 || at % 7 === 0)
