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
import { judged, verdictOf, type Verdict } from './judge.ts'
import { mutationsOf, randomMutation, sectionsOf } from './fuzz/frame.ts'
import { samples, set, type Sample } from './samples.ts'

const all = await samples()
const P = 2013265921
const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)

describe.each(all)('$name', sample => {
  const { content, bytes } = sample

  test('as it is', async () => {
    expect(await judged(bytes, content)).toBeUndefined()
  })

  test('classes 1 to 7, 10, 12 and 15 are refused', async () => {
    const passed: string[] = []
    let count = 0
    for (const { name, bytes: changed, mayPass } of mutationsOf(sample)) {
      count++
      if ((await judged(changed, content)) === undefined && mayPass !== true) passed.push(name)
    }
    expect(passed).toEqual([])
    expect(count).toBeGreaterThan(1000)
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
        const { bytes: changed, mayPass } = randomMutation(sample, random)
        const isSame = Buffer.compare(changed, bytes) === 0
        if ((await judged(changed, content)) === undefined && mayPass !== true && !isSame)
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
    // Of the vector `lookup`, whose AIRs have no public values; they are not known here.
    const publics = content === 'traces' ? tablesIn(archive).publics.length : 0
    return publics === 0 ? undefined : { layer: 3, what: 'shape', section: '0x303', offset: 0 }
  } catch (error) {
    return verdictOf(error)
  }
}

/** The sample with other sections; frame and digest are right. */
async function rewritten(sample: Sample, change: ReadonlyMap<number, Uint8Array>): Promise<Sample> {
  const sections = sectionsOf(sample).map(({ kind, offset, count, size }) => {
    const before = sample.bytes.subarray(offset, offset + count * size)
    return [kind, [change.get(kind) ?? before]] as const
  })
  return { ...sample, bytes: await encodeArchive({ content: sample.content, sections: new Map(sections) }) }
}

describe.each(all.filter(({ content }) => ['traces', 'profile', 'fragments', 'segment', 'run'].includes(content)))(
  '$name, frame and digest perfect',
  sample => {
    const sections = sectionsOf(sample)
    const bytesOf = (kind: number): Uint8Array => {
      const { offset, count, size } = sections.find(each => each.kind === kind)!
      return sample.bytes.slice(offset, offset + count * size)
    }

    test('as it is', async () => {
      expect(await understood(sample)).toBeUndefined()
    })

    test('8: sections longer, shorter, empty, doubled', async () => {
      const passed: string[] = []
      for (const { kind, size, count } of sections) {
        const now = bytesOf(kind)
        const sizes = { longer: now.length + size, shorter: now.length - size, empty: 0, doubled: 2 * now.length }
        for (const [name, length] of Object.entries(sizes)) {
          if (length < 0 || length === now.length) continue
          const changed = new Uint8Array(length)
          changed.set(now.subarray(0, length))
          if (length > now.length) changed.set(now.subarray(0, length - now.length), now.length)
          // Rows that nobody has counted.
          if ((kind === 0x605 || kind === 0x608) && length === 0) continue
          const verdict = await understood(await rewritten(sample, new Map([[kind, changed]])))
          if (verdict === undefined) passed.push(`${kind.toString(16)} ${name} (${count})`)
        }
      }
      expect(passed).toEqual([])
    })

    test('9: field elements that are too large', async () => {
      for (const kind of [0x302, 0x303].filter(each => sections.some(section => section.kind === each))) {
        const now = bytesOf(kind)
        for (let at = 0; at < now.length; at += 4) {
          const changed = new Uint8Array(now)
          const view = new DataView(changed.buffer)
          const value = view.getUint32(at, true)
          if (value + P >= 2 ** 32) continue
          view.setUint32(at, value + P, true)
          const verdict = await understood(await rewritten(sample, new Map([[kind, changed]])))
          expect(verdict).toMatchObject({ layer: 4, what: 'value', section: `0x${kind.toString(16)}` })
        }
      }
    })

    test('15: tables of 2^24 rows and more in a few bytes', async () => {
      if (!sections.some(({ kind }) => kind === 0x301)) return
      for (const log of [24, 25, 32, 2 ** 32 - 1]) {
        const changed = bytesOf(0x301)
        new DataView(changed.buffer).setUint32(8, log, true)
        const before = process.memoryUsage().arrayBuffers
        expect(await understood(await rewritten(sample, new Map([[0x301, changed]])))).toMatchObject({ layer: 3 })
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20)
      }
    })

    test('words of facts, checkpoints, registers and tables set to numbers that cannot be there', async () => {
      const wild = [2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
      let refused = 0
      for (const { kind } of sections.filter(each =>
        [0x301, 0x502, 0x503, 0x601, 0x603, 0x801, 0x803].includes(each.kind),
      )) {
        const now = bytesOf(kind)
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
  },
)

test('every content has a sample', () => {
  expect(all.map(({ content }) => content).toSorted()).toEqual(Object.keys(contents).toSorted())
})
