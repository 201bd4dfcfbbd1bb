/** Saved artifacts: as good as the cache's, and refused before any of their code runs when they do not fit. */
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rvr, RvrError, type Guest } from '../../src/index.ts'
import { ABI_VERSION } from '../../src/load/abi-version.ts'
import { answer, fixture, input, modeNames } from './support.ts'

let directory: string, rvr: Rvr, guest: Guest
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-artifacts-'))
  rvr = await Rvr.create({ cacheDir: join(directory, 'cache') })
  guest = await rvr.load(fixture('fibonacci'))
  for (const mode of modeNames) await (await guest.compile(mode)).save(join(directory, `${mode}.so`))
})
afterAll(async () => {
  await rvr.dispose()
  await rm(directory, { recursive: true, force: true })
})

async function refusalOf(promise: Promise<unknown>): Promise<RvrError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RvrError)) throw new Error(`expected a refusal, got ${String(error)}`, { cause: error })
  expect(error.code).toBe('ARTIFACT_REFUSED')
  expect(error.hint).toBeTruthy()
  return error
}

describe.each(modeNames)('mode %s', mode => {
  const saved = (): string => join(directory, `${mode}.so`)

  test('a saved artifact runs as the compiled one does', async () => {
    const inputs = [Buffer.from(input, 'hex')]
    using wanted = await (await guest.compile(mode)).execute({ inputs })
    for (const expected of [{}, { mode }]) {
      const loaded = await guest.loadArtifact(saved(), expected)
      expect(loaded).toMatchObject({ mode, file: saved(), cache: { outcome: 'off' } })
      using run = await loaded.execute({ inputs })
      expect(Buffer.from(run.publicValues).toString('hex')).toBe(answer)
      expect([run.outcome, run.instret, run.cost]).toEqual([wanted.outcome, wanted.instret, wanted.cost])
    }
  })

  test('is refused for the other mode', async () => {
    const other = modeNames.find(name => name !== mode)!
    const { details } = await refusalOf(guest.loadArtifact(saved(), { mode: other }))
    expect(details).toMatchObject({ reason: 'mode', path: saved(), found: mode, wanted: other })
  })

  test.each([
    ['another guest', 'exitcode', 64],
    ['the same guest of another width', 'fibonacci', 32],
  ] as const)('is refused for %s', async (_what, name, xlen) => {
    const stranger = await rvr.load(fixture(name, xlen))
    const { details } = await refusalOf(stranger.loadArtifact(saved()))
    expect(details).toMatchObject({ reason: 'guest', found: guest.digest, wanted: stranger.digest })
  })

  test('is refused for the same guest under another ABI', async () => {
    const other = await rvr.load(fixture('fibonacci'), { abi: 'linux' })
    expect((await refusalOf(other.loadArtifact(saved()))).details).toMatchObject({
      reason: 'guest',
      found: 'openvm',
      wanted: 'linux',
    })
  })

  /** A copy of the library whose identity text is changed in place. */
  async function patched(name: string, change: (identity: string) => string): Promise<string> {
    const bytes = await readFile(saved())
    const begin = bytes.indexOf('{"abiVersion"')
    const end = bytes.indexOf(0, begin)
    const before = bytes.toString('latin1', begin, end)
    const after = change(before)
    expect(after).not.toBe(before)
    expect(after.length).toBe(before.length)
    bytes.write(after, begin, 'latin1')
    const file = join(directory, `${mode}-${name}.so`)
    await writeFile(file, bytes)
    return file
  }
  /** Replaces one digit of a digest. */
  const otherDigest =
    (field: string) =>
    (identity: string): string =>
      identity.replace(
        new RegExp(`("${field}":")(.)`),
        (_all, start: string, digit: string) => start + (digit === '0' ? '1' : '0'),
      )

  test.each([
    ['machine', otherDigest('machineDigest')],
    ['guest', otherDigest('guestDigest')],
    [
      'abi-version',
      (identity: string) => identity.replace(`"abiVersion":${ABI_VERSION}`, `"abiVersion":${ABI_VERSION + 1}`),
    ],
    ['no-identity', (identity: string) => identity.replace('"mode":', '"edom":')],
    ['no-identity', (identity: string) => identity.replace('{', '[')],
  ] as const)('with a changed identity block is refused: %s', async (reason, change) => {
    const file = await patched(reason, change)
    expect((await refusalOf(guest.loadArtifact(file))).details).toMatchObject({ reason, path: file })
  })

  test('that needs a CPU feature which this host lacks is refused, and the feature is named', async () => {
    // Room for the invented name: the target CPU's digest is only informative.
    const file = await patched('cpu', identity =>
      identity.replace(
        /"targetDigest":"[0-9a-f]{64}"(.*)"cpuFeatures":\[("[^\]]*)?\]/,
        (_all, between: string, features: string | undefined) => {
          const extra = '"warp9"'
          const list = features === undefined ? extra : `${features},${extra}`
          return `"targetDigest":"${'0'.repeat(64 - extra.length - (features === undefined ? 0 : 1))}"${between}"cpuFeatures":[${list}]`
        },
      ),
    )
    const error = await refusalOf(guest.loadArtifact(file))
    expect(error.details).toMatchObject({ reason: 'cpu', found: ['warp9'] })
    expect(error.message).toContain('warp9')
  })

  test('that was built for another architecture is refused', async () => {
    const bytes = await readFile(saved())
    bytes.writeUInt16LE(21, 18)
    const file = join(directory, `${mode}-architecture.so`)
    await writeFile(file, bytes)
    expect((await refusalOf(guest.loadArtifact(file))).details).toMatchObject({ reason: 'architecture', found: 21 })
  })
})

test('saving over a library that is in use leaves its users alone', async () => {
  const file = join(directory, 'saved-twice.so')
  const artifact = await guest.compile('pure')
  await artifact.save(file)
  const inputs = [Buffer.from(input, 'hex')]
  const run = await (await guest.loadArtifact(file)).execute({ inputs, maxInstructions: 10 })
  const before = await stat(file)
  await (await guest.compile('metered-cost')).save(file)
  expect((await stat(file)).ino).not.toBe(before.ino)
  using done = await run.resume()
  expect(Buffer.from(done.publicValues).toString('hex')).toBe(answer)
  expect((await readdir(directory)).filter(name => name.startsWith('saved-twice'))).toEqual(['saved-twice.so'])
})

test('another artifact under a name that was used before is the one that runs', async () => {
  const file = join(directory, 'reused.so')
  const inputs = [Buffer.from(input, 'hex')]
  const narrow = await rvr.load(fixture('fibonacci', 32))
  for (const [owner, mode] of [
    [guest, 'pure'],
    [guest, 'metered-cost'],
    [narrow, 'pure'],
    [guest, 'pure'],
  ] as const) {
    const compiled = await owner.compile(mode)
    await compiled.save(file)
    const loaded = await owner.loadArtifact(file)
    expect(loaded.file).toBe(file)
    using wanted = await compiled.execute({ inputs })
    using run = await loaded.execute({ inputs })
    expect([run.outcome, run.instret, run.cost, run.publicValues]).toEqual([
      wanted.outcome,
      wanted.instret,
      wanted.cost,
      wanted.publicValues,
    ])
  }
})

test('what takes the place of a library after it was checked neither runs nor is saved', async () => {
  const inputs = [Buffer.from(input, 'hex')]
  const loadedFrom = join(directory, 'swapped.so')
  await (await guest.compile('pure')).save(loadedFrom)
  const wanted = await readFile(loadedFrom)
  const loaded = await guest.loadArtifact(loadedFrom)
  await writeFile(join(directory, 'garbage.so'), 'garbage')
  await rename(join(directory, 'garbage.so'), loadedFrom)
  const saved = await loaded.save(join(directory, 'saved-after.so'))
  expect(await readFile(saved)).toEqual(wanted)
  using run = await loaded.execute({ inputs })
  expect(Buffer.from(run.publicValues).toString('hex')).toBe(answer)
  await expect(guest.loadArtifact(loadedFrom)).rejects.toMatchObject({ code: 'ARTIFACT_REFUSED' })
})

test('a relative path is taken from the working directory', async () => {
  const loaded = await guest.loadArtifact(relative(process.cwd(), join(directory, 'pure.so')))
  expect(loaded.file).toBe(join(directory, 'pure.so'))
  using run = await loaded.execute({ inputs: [Buffer.from(input, 'hex')] })
  expect(Buffer.from(run.publicValues).toString('hex')).toBe(answer)
})

test('saving where nothing can be written is an IO error that names the file', async () => {
  const artifact = await guest.compile('pure')
  const file = join(directory, 'pure.so', 'below-a-file.so')
  await expect(artifact.save(file)).rejects.toMatchObject({ code: 'IO', details: { path: file } })
  await expect(guest.interpret('pure').save(file)).rejects.toMatchObject({ code: 'USAGE' })
})

test.each([
  ['text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['a guest', undefined],
] as const)('a file that holds %s is no artifact', async (what, content) => {
  const file = join(directory, `${what}.so`)
  await writeFile(file, content ?? (await readFile(fixture('fibonacci'))))
  expect((await refusalOf(guest.loadArtifact(file))).details).toMatchObject({ reason: 'not-a-library' })
})

test('a file that is not there is an IO error that names it', async () => {
  const file = join(directory, 'absent.so')
  await expect(guest.loadArtifact(file)).rejects.toMatchObject({ code: 'IO', details: { path: file } })
})
