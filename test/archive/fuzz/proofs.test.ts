/** Forgeries that only a verifier can find are whole archives: the container has nothing against them. */
import { expect, test } from 'vitest'
import { judged } from '../judge.ts'
import { vector } from '../samples.ts'
import { rearranged, swappedStretches, underOtherKeys, withOtherPublics, type Forgery, type Proved } from './proofs.ts'

const provedOf = (name: string): Proved => {
  return { name, key: vector(`${name}.test.vkey`), proofs: [vector(`${name}.test.proof`)] }
}
const squares = provedOf('squares')
const nibbles = provedOf('nibbles')

/** What is forged: other bytes, in the same order, or other ones. */
const differs = ({ key, proofs }: Forgery, { key: own, proofs: ours }: Proved): boolean =>
  Buffer.compare(key, own) !== 0 || Buffer.compare(Buffer.concat(proofs), Buffer.concat(ours)) !== 0

test('18: proofs under other keys, with other public values, rearranged', async () => {
  const three = { ...squares, proofs: [squares.proofs[0]!, nibbles.proofs[0]!, vector('relay.test.proof')] }
  const other = { ...three, name: 'other', proofs: three.proofs.toReversed() }
  const publics: Forgery[] = []
  for await (const each of withOtherPublics(squares)) publics.push(each)
  const keys = [...underOtherKeys([squares, nibbles])]
  const orders = [...rearranged(three, [other])]
  expect([publics.length, keys.length]).toEqual([3, 2])
  expect(orders.map(({ proofs }) => proofs.length).toSorted()).toEqual([0, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4])
  for (const forged of publics) expect(differs(forged, squares)).toBe(true)
  expect(keys.map(each => differs(each, each.name.startsWith('squares') ? squares : nibbles))).toEqual([true, true])
  // The one in the middle is the same in both.
  expect(orders.filter(each => !differs(each, three)).map(({ name }) => name)).toEqual(['squares: segment 1 of other'])
  for (const { key, proofs } of [...publics, ...keys, ...orders]) {
    expect(await judged(key, 'vkey')).toBeUndefined()
    for (const proof of proofs) expect(await judged(proof, 'proof')).toBeUndefined()
  }
})

test('10: stretches of a section change places', async () => {
  const [proof] = squares.proofs as [Uint8Array]
  const swapped = [...swappedStretches(proof, new Map([[0x10b, [1, 4]]]))]
  expect(swapped.length).toBeGreaterThan(4)
  for (const { bytes } of swapped) {
    const changed = bytes()
    expect([Buffer.compare(changed, proof), await judged(changed, 'proof')]).not.toEqual([0, undefined])
    expect(await judged(changed, 'proof')).toBeUndefined()
  }
})
