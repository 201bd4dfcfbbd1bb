/** Every archive that is not exactly what a writer makes is refused, and nothing is taken for what it says it holds. */
import { expect, describe, test } from 'vitest'
import { fragmentsIn } from '../../src/archive/fragments.ts'
import { contents } from '../../src/archive/kinds.ts'
import { parseArchive } from '../../src/archive/read.ts'
import { segmentIn } from '../../src/archive/segment.ts'
import { tablesIn } from '../../src/archive/tables.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { profileIn } from '../../src/profile/content.ts'
import { savedIn } from '../../src/run/saved/content.ts'
import { randomSource } from '../support/random.ts'
import { beyondField, otherWords, resized, tall, type Reframed } from './fuzz/content.ts'
import { mutationsOf, randomChange } from './fuzz/frame.ts'
import { firstSeed, rewritten, rounds, sampled, sectionBytes, sectionsOf, type Sample } from './fuzz/mutation.ts'
import { judged, verdictOf, type Verdict } from './judge.ts'
import { samples, set } from './samples.ts'

const all = await samples()

describe.each(all)('$name', sample => {
  const { content, bytes } = sample

  test('as it is', async () => {
    expect(await judged(bytes, content)).toBeUndefined()
  })

  test('classes 1 to 7, 10, 12 and 15 are refused', async () => {
    const passed: string[] = []
    const mutations = sampled(mutationsOf(sample))
    for (const { class: own, name, bytes: changed, mayPass } of mutations)
      if ((await judged(changed(), content)) === undefined && mayPass !== true) passed.push(`${own}: ${name}`)
    expect(passed).toEqual([])
    expect(mutations.length).toBeGreaterThan(500)
  })

  test('11: the same at any address', async () => {
    for (let shift = 0; shift < 64; shift++) {
      const shifted = new Uint8Array(new ArrayBuffer(shift + bytes.length), shift)
      shifted.set(bytes)
      expect(await judged(shifted, content)).toBeUndefined()
      shifted[40]! ^= 1
      expect(await judged(shifted, content)).toMatchObject({ what: 'digest' })
    }
  })

  test('13: written again it is the same', async () => {
    const archive = await parseArchive(bytes, { file: 'test' })
    const sections = new Map(archive.sections.map(({ kind }) => [kind, [archive.view(kind)]]))
    expect(Buffer.compare(await encodeArchive({ content, sections }), bytes)).toBe(0)
  })

  test('16: what is changed behind the checks was never looked at', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    for (const given of [new Uint8Array(bytes), shared]) {
      given.set(bytes)
      const archive = await parseArchive(given, { file: 'test' })
      const before = archive.sections.map(({ kind }) => Buffer.from(archive.view(kind)))
      given.fill(255)
      expect(archive.sections.map(({ kind }) => Buffer.from(archive.view(kind)))).toEqual(before)
    }
  })

  test('several things changed at once', async () => {
    for (let round = 0; round < rounds; round++) {
      const random = randomSource(firstSeed + round)
      for (let count = 0; count < 300; count++) {
        const changed = randomChange(sample, random)
        const isSame = Buffer.compare(changed, bytes) === 0
        if ((await judged(changed, content)) === undefined && content !== 'proof' && !isSame)
          expect.fail(`seed ${firstSeed + round}, mutation ${count} is accepted`)
      }
    }
  })
})

/** Reads what is in an archive as far as that can be done without anything else: layers 3 to 5. */
async function understood({ content, bytes }: Sample): Promise<Verdict | undefined> {
  try {
    const archive = await parseArchive(bytes, { file: 'test', content })
    if (content === 'segment') segmentIn(archive, set)
    if (content === 'fragments') fragmentsIn(archive, { airs: set.airs.length })
    if (content === 'run') savedIn(archive)
    if (content === 'profile') profileIn(archive)
    // Of the vector `nibbles`, whose AIRs have no public values; they are not known here.
    const publics = content === 'traces' ? tablesIn(archive).publics.length : 0
    return publics === 0 ? undefined : { layer: 3, what: 'shape', section: '0x303', offset: 0 }
  } catch (error) {
    return verdictOf(error)
  }
}

/** Those of which more is known than the frame, without a key. */
const understandable = all.filter(({ content }) =>
  ['traces', 'profile', 'fragments', 'segment', 'run'].includes(content),
)

async function passing(sample: Sample, mutations: Iterable<Reframed>): Promise<string[]> {
  const passed: string[] = []
  for (const { class: own, name, bytes } of mutations)
    if ((await understood({ ...sample, bytes: await bytes() })) === undefined) passed.push(`${own}: ${name}`)
  return passed
}

const has = (mutations: Generator<Reframed>): boolean => mutations.next().done !== true

describe.each(understandable)('$name, frame and digest perfect', sample => {
  test('as it is', async () => {
    expect(await understood(sample)).toBeUndefined()
  })

  test('8: sections longer, shorter, empty, doubled', async () => {
    // Rows that nobody has counted.
    const mayBeEmpty = ['8: 0x605: empty', '8: 0x608: empty']
    const passed = await passing(sample, resized(sample))
    expect(passed.filter(name => !mayBeEmpty.includes(name))).toEqual([])
  })

  test.runIf(has(beyondField(sample)))('9: field elements that are too large', async () => {
    for (const { section, bytes } of beyondField(sample)) {
      const verdict = await understood({ ...sample, bytes: await bytes() })
      expect(verdict).toMatchObject({ layer: 4, what: 'value', section: `0x${section.toString(16)}` })
    }
  })

  test.runIf(has(tall(sample)))('15: tables of 2^24 rows and more in a few bytes', async () => {
    const before = process.memoryUsage().arrayBuffers
    expect(await passing(sample, tall(sample))).toEqual([])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20)
  })

  test('words of facts, checkpoints, counts and tables set to numbers that cannot be there', async () => {
    const wild = [2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
    const wordy = [0x301, 0x502, 0x503, 0x601, 0x603, 0x801, 0x803]
    let refused = 0
    for (const { kind } of sectionsOf(sample).filter(each => wordy.includes(each.kind))) {
      const now = sectionBytes(sample, kind)
      for (let at = 0; at + 8 <= now.length; at += 8)
        for (const value of wild) {
          const changed = new Uint8Array(now)
          new DataView(changed.buffer).setBigUint64(at, value, true)
          const verdict = await understood(await rewritten(sample, new Map([[kind, changed]])))
          if (verdict !== undefined) refused++
        }
    }
    expect(refused).toBeGreaterThan(10)
  })
})

test('14: a key with another word and a digest that fits is another key, or none', async () => {
  const key = all.find(({ content }) => content === 'vkey')!
  const { digest } = await parseArchive(key.bytes, { file: 'test' })
  const digests = new Set([digest])
  let count = 0
  for (const { bytes } of otherWords(key)) {
    if (++count % 5 !== 0 && rounds === 1) continue
    const before = digests.size
    digests.add((await parseArchive(await bytes(), { file: 'test', content: 'vkey' })).digest)
    expect(digests.size).toBe(before + 1)
  }
  expect(count).toBeGreaterThan(400)
})

test('every content has a sample', () => {
  expect(all.map(({ content }) => content).toSorted()).toEqual(Object.keys(contents).toSorted())
})
