/** Stages generate and select: what is in which key, what is made when, and what a damaged entry is. */
import { chmod, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { WrittenCandidates } from '../../../src/apc/candidates/candidates.ts'
import { selected } from '../../../src/apc/candidates/select.ts'
import { DEFAULT_DEGREES } from '../../../src/apc/optimise/optimise.ts'
import type { RvrEvent } from '../../../src/events.ts'
import type { GenerateInputs, Selection } from '../../../src/stages/apc/parts.ts'
import { generateStage, selectStage, type GenerateRequest, type SelectRequest } from '../../../src/stages/apc/stages.ts'
import { BuildDirectories } from '../../../src/stages/build-directories.ts'
import { keyOf, obtain } from '../../../src/stages/obtain.ts'
import { openCache, type Cache } from '../../../src/store/cache.ts'
import { recorder, temporaryDirectory } from '../../store/sample.ts'

const digit = (text: string): string => text.repeat(64)
const cell = { pgo: 'cell', maxColumns: undefined, maxBlockInstructions: 1000, cutoff: 1, superblocks: 1 } as const
const base: GenerateInputs = {
  guestDigest: digit('1'),
  abi: 'openvm',
  extensionsDigest: digit('2'),
  machineDigest: digit('3'),
  airsDigest: digit('4'),
  buses: '[]',
  options: cell,
  profileInput: Buffer.from('input'),
  degrees: DEFAULT_DEGREES,
  optimiserDigest: digit('5'),
}

/** Two candidates, of nothing. */
function candidatesOf({ guestDigest: guest, options: { pgo } }: GenerateInputs): WrittenCandidates {
  const size = { columns: 30, interactions: 3, constraints: 3 }
  const ranked = [0, 8].map(start => ({
    blocks: [{ start, instructions: [[1, 0, 0, 0, 0, 0, 0, 0]] }],
    executions: 1,
    costBefore: 30,
    costAfter: 10,
    before: size,
    after: { ...size, columns: 10 },
  }))
  const counts = { blocks: 2, executed: 2, belowCutoff: 0, tooLong: 0, eligible: 2, built: 2, passedOver: 0 }
  const system = JSON.stringify({ columns: [], constraints: [], messages: [], derived: [] })
  return { candidates: { guest, pgo, counts, ranked, failed: [] }, systems: [system, system] }
}

interface Bench {
  readonly cache: Cache
  readonly events: RvrEvent[]
  /** What was generated. */
  readonly made: GenerateInputs[]
  generate(changes?: Partial<GenerateInputs>, meanwhile?: Promise<unknown>): GenerateRequest
  select(selection: Selection, changes?: Partial<GenerateInputs>): SelectRequest
}

async function bench(place?: string): Promise<Bench> {
  const { events, sink } = recorder()
  const cache = await openCache({ cacheDir: place ?? (await temporaryDirectory()), environment: {} }, sink)
  const services = { cache, directories: new BuildDirectories() }
  const made: GenerateInputs[] = []
  const around = { services, events: sink, buses: [] }
  const generate: Bench['generate'] = (changes, meanwhile) => {
    const inputs = { ...base, ...changes }
    const make = async (): Promise<WrittenCandidates> => {
      made.push(inputs)
      await meanwhile
      return candidatesOf(inputs)
    }
    return { ...around, inputs, make }
  }
  const select: Bench['select'] = (selection, changes) => {
    const request = generate(changes)
    const make = async () => selected((await obtain(generateStage, request)).opened, selection)
    return { ...around, inputs: { ...request.inputs, selection }, make }
  }
  return { cache, events, made, generate, select }
}

const one = { autoprecompiles: 1, skip: 0 }

test('what changes a key changes the keys behind it, and no other', async () => {
  const { generate, select } = await bench()
  const keys = (selection: Selection, changes?: Partial<GenerateInputs>) => ({
    generate: keyOf(generateStage, generate(changes))!.key,
    select: keyOf(selectStage, select(selection, changes))!.key,
  })
  const first = keys(one)
  expect(keys(one)).toEqual(first)
  const changes: readonly Partial<GenerateInputs>[] = [
    { guestDigest: digit('a') },
    { abi: 'linux' },
    { extensionsDigest: digit('a') },
    { machineDigest: digit('a') },
    { airsDigest: digit('a') },
    { buses: '[1]' },
    { options: { ...cell, maxColumns: 2000 } },
    { options: { ...cell, maxBlockInstructions: 999 } },
    { options: { ...cell, cutoff: 2 } },
    { options: { ...cell, superblocks: 2 } },
    { options: { pgo: 'none', candidates: undefined } },
    { options: { pgo: 'none', candidates: 1 } },
    { options: { pgo: 'instruction', candidates: undefined, maxBlockInstructions: 1000, cutoff: 1 } },
    { options: { pgo: 'instruction', candidates: 1, maxBlockInstructions: 1000, cutoff: 1 } },
    { profileInput: Buffer.from('inpux') },
    { profileInput: undefined },
    { profileInput: new Uint8Array() },
    { degrees: { constraints: 4, fields: 2 } },
    { degrees: { constraints: 3, fields: 1 } },
    { optimiserDigest: digit('a') },
  ]
  const all = [first, ...changes.map(each => keys(one, each))]
  expect(new Set(all.flatMap(each => [each.generate, each.select])).size).toBe(2 * all.length)
  for (const selection of [
    { autoprecompiles: 2, skip: 0 },
    { autoprecompiles: 1, skip: 1 },
  ]) {
    const other = keys(selection)
    expect(other.generate).toBe(first.generate)
    expect(other.select).not.toBe(first.select)
  }
})

test('a sweep over selections generates once, and the same selection again opens nothing else', async () => {
  const { cache, made, select } = await bench()
  const startsOf = async (selection: Selection) => {
    const { opened, outcome } = await obtain(selectStage, select(selection))
    return [outcome, ...opened.candidates.ranked.map(({ blocks }) => blocks[0]!.start)]
  }
  expect(await startsOf(one)).toEqual(['miss', 0])
  expect(await startsOf({ autoprecompiles: 2, skip: 0 })).toEqual(['miss', 0, 8])
  expect(await startsOf({ autoprecompiles: 2, skip: 1 })).toEqual(['miss', 8])
  expect(made).toHaveLength(1)
  const before = { ...cache.counts }
  expect(await startsOf(one)).toEqual(['hit', 0])
  expect(cache.counts).toEqual({ ...before, 'input-hit': before['input-hit']! + 1, hit: before['hit']! + 1 })
})

test('another PGO, optimiser or guest has results of its own', async () => {
  const { made, select } = await bench()
  const instruction = { pgo: 'instruction', candidates: 1, maxBlockInstructions: 1000, cutoff: 1 } as const
  const changes = [{}, { options: instruction }, { optimiserDigest: digit('a') }, { guestDigest: digit('a') }]
  for (const round of [1, 2])
    for (const change of changes) {
      const { opened, outcome } = await obtain(selectStage, select(one, change))
      const { guestDigest, options } = { ...base, ...change }
      expect([outcome, opened.candidates]).toEqual([
        round === 1 ? 'miss' : 'hit',
        expect.objectContaining({ guest: guestDigest, pgo: options.pgo }),
      ])
    }
  expect(made).toHaveLength(changes.length)
})

test('an entry that is damaged, or of another guest, is made again', async () => {
  const { cache, made, generate } = await bench()
  const { key } = await obtain(generateStage, generate())
  const file = (await cache.lookup(key!))!.path
  await chmod(file, 0o600)
  await writeFile(file, 'no candidates')
  expect(await obtain(generateStage, generate())).toMatchObject({ outcome: 'miss', key })
  expect(cache.counts['quarantined']).toBe(1)
  // Whole as the store sees it, and what it holds belongs elsewhere.
  const input = keyOf(generateStage, generate({ guestDigest: digit('a') }))!
  const draft = { parts: [], inputParts: input.parts, info: {} }
  const whole = (await cache.lookup(key!))!.path
  ;(await cache.publish(digit('e'), input.key, whole, draft))?.file.close()
  const again = await obtain(generateStage, generate({ guestDigest: digit('a') }))
  expect([again.outcome, again.opened.candidates.guest]).toEqual(['miss', digit('a')])
  expect(made).toHaveLength(3)
  expect(cache.counts['quarantined']).toBe(2)
})

test('of two who want the same candidates one makes them', async () => {
  const place = await temporaryDirectory()
  const [mine, yours] = [await bench(place), await bench(place)]
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = obtain(generateStage, mine.generate({}, promise))
  await expect.poll(() => mine.made.length).toBe(1)
  const second = obtain(generateStage, yours.generate())
  await expect.poll(() => yours.cache.counts['lock-wait']).toBe(1)
  resolve()
  expect([(await first).outcome, (await second).outcome, yours.made]).toEqual(['miss', 'hit', []])
})

test('a miss says which part of the key is another one', async () => {
  const { events, select } = await bench()
  await obtain(selectStage, select(one))
  const explained = { ...select({ autoprecompiles: 3, skip: 0 }, { optimiserDigest: digit('a') }), explainMisses: true }
  await obtain(selectStage, explained)
  const reasons = events.find(({ type }) => type === 'cache-miss')
  expect(reasons).toMatchObject({
    reasons: [
      expect.stringContaining('(1 autoprecompiles by PGO cell'),
      expect.stringMatching(/^optimiser: rvr's optimiser is another one/),
      'selection: autoprecompiles: "1" then, "3" now',
    ],
  })
})
