/** Shapes are those of proofs that others have made; bits are those of the protocol's table. */
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { P } from '../../src/air/field.ts'
import { greatestSize } from '../../src/stark/greatest.ts'
import { keyFacts } from '../../src/stark/key-facts.ts'
import { sets, type ProofSet } from '../../src/stark/parameters.ts'
import { leastBits, proofSize, securityOf } from '../../src/stark/security.ts'
import { shapeOf } from '../../src/stark/shape.ts'
import { givenBytes, isGiven } from './given.ts'

const proofs: readonly [string, ProofSet][] = [
  ...(['test', 'fast', 'default', 'small'] as const).flatMap((set): [string, ProofSet][] => [
    ['fib', set],
    ['lookup', set],
  ]),
  ['five', 'test'],
]

test.skipIf(!isGiven)('all counts of a proof follow from the key and its heights', async () => {
  for (const [name, set] of proofs) {
    const key = keyFacts(await readArchive(givenBytes(`${name}.${set}.vkey`)!, { content: 'vkey' }))
    const proof = await readArchive(givenBytes(`${name}.${set}.proof`)!, { content: 'proof' })
    const heights = [...proof.words(0x102)].map(height => (height === 0xffffffff ? undefined : height))
    const { counts, bytes } = shapeOf(key, heights)
    expect(key.set).toBe(set)
    expect([...counts], `${name}.${set}`).toEqual(proof.sections.map(({ kind, count }) => [kind, count]))
    expect(bytes).toBe(proof.bytes)
  }
})

test.skipIf(!isGiven)('a key says what its system is, and one that contradicts itself is refused', async () => {
  const key = await readArchive(givenBytes('five.test.vkey')!, { content: 'vkey' })
  const facts = keyFacts(key)
  expect(facts).toMatchObject({ maxLogHeight: 22, buses: 2, trees: 2, set: 'test', starts: [] })
  expect(facts.roles).toEqual([
    { role: 1, air: 1, first: 0, count: 1 },
    { role: 2, air: 1, first: 1, count: 1 },
  ])
  expect(facts.airs[3]).toMatchObject({ isRequired: true, readsMainNext: false, readsFixedNext: true, tree: 0 })
  expect(facts.airs.map(({ mostFields }) => mostFields)).toEqual([2, 2, 2, 2, 2])
  const heights = [3, 0, 1, 6, 3]
  expect(proofSize(facts, heights)).toMatchObject({
    logHeight: 6,
    leastLogHeight: 0,
    rows: 83,
    messages: 8 + 4 + 2 * 5 + 64 * 4 + 8 * 8,
  })
  for (const [kind, word, value] of [
    [0x201, 0, 2],
    [0x201, 1, 4],
    [0x201, 12, 4],
    [0x201, 13, 1],
    [0x202, 7, 3],
    [0x202, 13, 0x100000],
    [0x205, 5, 256],
  ] as const) {
    const words = key.words(kind)
    const before = words[word]!
    words[word] = value
    expect(() => keyFacts(key), `${kind} ${word}`).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID' }) as Error,
    )
    words[word] = before
  }
  expect(keyFacts(key)).toEqual(facts)
})

test.skipIf(!isGiven)('proofs of a key have the bits of its largest proof at least', async () => {
  const key = keyFacts(await readArchive(givenBytes('lookup.fast.vkey')!, { content: 'vkey' }))
  const greatest = greatestSize(key)
  // Three messages a row of the one AIR, and one a row of the other, whose height is fixed.
  expect(greatest).toMatchObject({ logHeight: 22, rows: 2 ** 22 + 16, messages: 3 * 2 ** 22 + 16, fields: 1 })
  const least = leastBits(securityOf(sets.fast, greatest).conjectured)
  expect(least).toBeLessThanOrEqual(leastBits(securityOf(sets.fast, proofSize(key, [5, 4])).conjectured))
  const dear = { ...key, airs: key.airs.map(air => ({ ...air, interactions: 1000 })) }
  expect(greatestSize(dear)).toMatchObject({ rows: Math.floor((P - 1 - 16_000) / 1000) + 16, messages: P - 1 })
})

test('bits of security are those that the sets were chosen for', () => {
  const size = {
    logHeight: 22,
    leastLogHeight: 4,
    messages: 2 ** 30.5,
    fields: 20,
    openings: 5000,
    rows: 2 ** 24,
    constraints: 4000,
  }
  const bits = Object.fromEntries(
    (['fast', 'default', 'small', 'proven'] as const).map(set => {
      const { conjectured, unique, johnson } = securityOf(sets[set], size)
      return [set, [conjectured, unique, johnson!].map(each => leastBits(each).toFixed(1))]
    }),
  )
  expect(bits).toEqual({
    fast: ['101.5', '52.5', '59.7'],
    default: ['101.6', '45.8', '59.8'],
    small: ['101.5', '40.1', '59.4'],
    proven: ['101.6', '100.7', '89.4'],
  })
  expect(securityOf(sets.fast, { ...size, leastLogHeight: 3 }).johnson).toBeUndefined()
  expect(leastBits(securityOf(sets.test, size).conjectured)).toBeLessThan(2)
})
