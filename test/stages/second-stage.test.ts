/** Another stage than the one that compiles guests goes the same way, through the same driver and the same store. */
import { existsSync, readFileSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RvrError, throwIfAborted } from '../../src/errors.ts'
import { BuildDirectories } from '../../src/stages/build-directories.ts'
import { explain } from '../../src/stages/explain.ts'
import { inputKey } from '../../src/stages/library/keys.ts'
import { find, keyOf, obtain } from '../../src/stages/obtain.ts'
import type { Stage, StageRequest } from '../../src/stages/stage.ts'
import { openCache, type Cache } from '../../src/store/cache.ts'
import { textPart } from '../../src/store/digest.ts'
import type { RemoteTier } from '../../src/store/remote/tier.ts'
import { cacheServer, tier } from '../store/remote/server.ts'
import { recorder, sampleLibrary, sampleToolchain, temporaryDirectory } from '../store/sample.ts'

interface Letter extends StageRequest {
  readonly greeting: string
  readonly name: string
  /** What happens while it is written. */
  readonly meanwhile?: (directory: string) => unknown
  /** The greeting as it is when the letter is done. */
  readonly later?: string
}

/** Writes a text of two key parts. */
const letters: Stage<Letter, { greeting: string; name: string }, string, number, 'wording' | 'person'> = {
  name: 'letter',
  file: 'letter.txt',
  parts: [
    {
      name: 'greeting',
      of: ({ greeting }) => [textPart('greeting', greeting)],
      differences: change => change.says('wording', `greeted otherwise: ${change.values}`),
    },
    {
      name: 'name',
      of: ({ name }) => [textPart('name', name)],
      differences: change => change.says('person', `written to ${change.before} then, to ${change.after} now`),
      distance: 100,
    },
  ],
  inputs: ({ greeting, name }) => (name === '' ? undefined : { greeting, name }),
  subject: ({ name }) => ({ fact: 'to', value: name }),
  title: ({ to }) => `letter to ${to}`,
  changedMeanwhile: async ({ greeting, later = greeting }) => (later === greeting ? undefined : 'manners have changed'),
  async make({ greeting, name, meanwhile, signal }, directory) {
    await meanwhile?.(directory)
    throwIfAborted('writing', signal)
    await writeFile(join(directory, 'letter.txt'), `${greeting} ${name}!`)
    return { info: { to: name }, report: name.length }
  },
  open(source, { name }) {
    const text = readFileSync(typeof source === 'string' ? source : source.path, 'utf8')
    if (!text.includes(name)) throw new RvrError('ARTIFACT_REFUSED', 'a letter to somebody else')
    return text
  },
}

interface Desk {
  readonly cache: Cache
  readonly directory: string
  readonly events: ReturnType<typeof recorder>['events']
  write(greeting: string, name: string, more?: Partial<Letter>): Letter
}

async function desk(directory?: string, remote?: RemoteTier): Promise<Desk> {
  const place = directory ?? (await temporaryDirectory())
  const { events, sink } = recorder()
  const cache = await openCache({ cacheDir: place, environment: {} }, sink)
  const services = { cache, remote, directories: new BuildDirectories() }
  return {
    cache,
    directory: place,
    events,
    write: (greeting, name, more) => ({ greeting, name, services, events: sink, ...more }),
  }
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (error as RvrError).code,
  )

test('a miss is made and kept, and then it is a hit', async () => {
  const { cache, write } = await desk()
  const letter = write('Hello', 'Ada')
  expect(await find(letters, letter)).toBeUndefined()
  const made = await obtain(letters, letter)
  expect(made).toMatchObject({ opened: 'Hello Ada!', outcome: 'miss', isKept: true, made: 3 })
  expect(await obtain(letters, letter)).toMatchObject({ opened: 'Hello Ada!', outcome: 'hit', key: made.key })
  expect(await obtain(letters, write('Bye', 'Ada'))).toMatchObject({ opened: 'Bye Ada!', outcome: 'miss' })
  expect(cache.counts).toMatchObject({ build: 2, publish: 2 })
})

test('a damaged letter and one to somebody else are set aside and written anew', async () => {
  const { cache, write } = await desk()
  const letter = write('Hello', 'Ada')
  const { key } = await obtain(letters, letter)
  const file = (await cache.lookup(key!))!.path
  await chmod(file, 0o600)
  await writeFile(file, 'Hello Bob!')
  expect(await obtain(letters, letter)).toMatchObject({ opened: 'Hello Ada!', outcome: 'miss', key })
  expect(cache.counts).toMatchObject({ quarantined: 1, build: 2 })
  // Whole, and another's: only the stage can tell.
  const input = keyOf(letters, write('Hello', 'Eve'))!
  const draft = { parts: [], inputParts: input.parts, info: {} }
  ;(await cache.publish('e'.repeat(64), input.key, file, draft))?.file.close()
  expect(await obtain(letters, write('Hello', 'Eve'))).toMatchObject({ opened: 'Hello Eve!', outcome: 'miss' })
  expect(cache.counts).toMatchObject({ quarantined: 2, build: 3 })
})

test('of several who want one letter one writes, and the others wait for it', async () => {
  const one = await desk()
  const other = await desk(one.directory)
  const written = Promise.withResolvers<void>()
  const first = obtain(letters, one.write('Hello', 'Ada', { meanwhile: () => written.promise }))
  await expect.poll(() => one.cache.counts['build']).toBe(1)
  const second = obtain(letters, other.write('Hello', 'Ada'))
  await expect.poll(() => other.cache.counts['lock-wait']).toBe(1)
  const controller = new AbortController()
  const third = codeOf(obtain(letters, other.write('Hello', 'Ada', { signal: controller.signal })))
  controller.abort()
  expect(await third).toBe('ABORTED')
  written.resolve()
  expect([(await first).outcome, (await second).outcome]).toEqual(['miss', 'hit'])
  expect(other.cache.counts['build']).toBeUndefined()
})

test('what is given up or fails leaves nothing behind, unless somebody should look at it', async () => {
  const { cache, write } = await desk()
  const controller = new AbortController()
  const places: string[] = []
  const giveUp = (directory: string): void => {
    places.push(directory)
    controller.abort()
  }
  expect(await codeOf(obtain(letters, write('Hello', 'Ada', { meanwhile: giveUp, signal: controller.signal })))).toBe(
    'ABORTED',
  )
  const fail = (directory: string): void => {
    places.push(directory)
    throw new RvrError('COMPILE_FAILED', 'no ink')
  }
  const failing = write('Hello', 'Ada', { meanwhile: fail })
  expect(await codeOf(obtain(letters, failing))).toBe('COMPILE_FAILED')
  expect(places.map(place => existsSync(place))).toEqual([false, true])
  expect(await cache.list()).toEqual([])
  expect(cache.counts).toMatchObject({ build: 2, 'build-failed': 1 })
  await new BuildDirectories().remove(places[1]!)
})

test('what was made from something that changed meanwhile, or that nobody knows, is used once', async () => {
  const { cache, write, events } = await desk()
  expect(await obtain(letters, write('Hello', 'Ada', { later: 'Hi' }))).toMatchObject({ outcome: 'off', isKept: false })
  expect(events).toContainEqual({ type: 'warning', message: 'manners have changed' })
  expect(await obtain(letters, write('Hello', ''))).toMatchObject({ opened: 'Hello !', outcome: 'off' })
  expect(await cache.list()).toEqual([])
  expect(cache.counts).toMatchObject({ uncacheable: 2 })
})

test('a miss is explained in the words of its parts, by entries of its own stage alone', async () => {
  const { cache, write, events } = await desk()
  const library = inputKey({
    mode: 'pure',
    toolchain: sampleToolchain,
    abiVersion: 1,
    guestDigest: '1'.repeat(64),
    machineDigest: '2'.repeat(64),
    generatorDigest: '3'.repeat(64),
  })
  const file = await sampleLibrary(await temporaryDirectory())
  ;(
    await cache.publish('a'.repeat(64), library.key, file, { parts: [], inputParts: library.parts, info: {} })
  )?.file.close()
  const asked = write('Bye', 'Ada', { explainMisses: true })
  const input = keyOf(letters, asked)!
  expect(await explain(letters, asked, input)).toMatchObject({ reason: 'there is no entry to compare with' })
  await obtain(letters, write('Hello', 'Ada'))
  await obtain(letters, write('Bye', 'Bob'))
  expect(await explain(letters, asked, input)).toMatchObject({
    outcome: 'would-miss',
    nearest: { info: { to: 'Ada' } },
    differences: [{ part: 'greeting', kind: 'wording', stored: 'Hello', now: 'Bye' }],
  })
  await obtain(letters, asked)
  expect(events.find(event => event.type === 'cache-miss')?.reasons).toEqual([
    expect.stringMatching(/^differs from the nearest entry [0-9a-f]{12} \(letter to Ada, stored .*\) in:$/),
    'wording: greeted otherwise: "Hello" then, "Bye" now',
  ])
  expect(await explain(letters, asked, input)).toMatchObject({ outcome: 'hit' })
  expect(await cache.verify()).toContainEqual({ step: 'libraries', checked: 4, repaired: 0 })
})

test('it comes from a server, and from an export', async () => {
  const server = await cacheServer()
  const sender = tier(server.url)
  const one = await desk(undefined, sender.remote)
  const { key } = await obtain(letters, one.write('Hello', 'Ada'))
  await sender.remote.close()
  const other = await desk(undefined, tier(server.url).remote)
  expect(await obtain(letters, other.write('Hello', 'Ada'))).toMatchObject({
    opened: 'Hello Ada!',
    outcome: 'hit',
    origin: 'remote',
    isKept: true,
    key,
  })
  const file = join(await temporaryDirectory(), 'letter.rvr')
  await one.cache.export(key!, file)
  const third = await desk()
  await third.cache.import(file)
  expect(await obtain(letters, third.write('Hello', 'Ada'))).toMatchObject({ outcome: 'hit', key })
  expect([other.cache.counts['build'], third.cache.counts['build']]).toEqual([undefined, undefined])
})

test('keys of two stages differ where their parts are the same', () => {
  const parts = { name: 'other', parts: letters.parts, inputs: letters.inputs }
  const request = { services: { cache: { state: 'ready' } }, greeting: 'Hello', name: 'Ada' } as unknown as Letter
  expect(keyOf(parts, request)?.key).not.toBe(keyOf(letters, request)?.key)
  expect(keyOf(letters, request)?.parts).toContainEqual(textPart('stage', 'letter'))
})
