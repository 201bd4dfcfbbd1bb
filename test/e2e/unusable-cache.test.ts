/** A damaged or unusable cache costs a build, never a run. */
import { chmod, chown, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { sample } from '../support/exhaustive.ts'
import {
  answer,
  fibonacci,
  filesIn,
  modeNames,
  perform,
  quick,
  scratch,
  type ChildOptions,
  type Report,
  type Task,
} from './support.ts'

const performQuickly = (task: Task, options: ChildOptions = {}): Promise<Report> =>
  perform(task, { ...options, environment: quick })

const terminated = { outcome: 'terminated', publicValues: answer }

/** A user id other than the superuser's, for which permissions count. */
const ORDINARY = 65_534
const isRoot = process.getuid?.() === 0

async function damageByte(file: string): Promise<void> {
  const bytes = await readFile(file)
  bytes[bytes.length >> 1]! ^= 1
  await chmod(file, 0o600)
  await writeFile(file, bytes)
}

describe.each(modeNames)('mode %s', mode => {
  const damages: readonly (readonly [what: string, damage: (library: string) => Promise<void>])[] = [
    ['one flipped bit', damageByte],
    [
      'half of the file',
      async library => {
        await chmod(library, 0o600)
        await truncate(library, (await stat(library)).size >> 1)
      },
    ],
    ['an empty manifest', library => writeFile(join(dirname(library), 'manifest.json'), '')],
  ]
  // The modes share the damages.
  test.each(sample(damages, modeNames.indexOf(mode)))(
    'a corrupted entry (%s) is set aside and built anew',
    async (_what, damage) => {
      const cacheDir = join(await scratch(), 'cache')
      const first = await performQuickly(fibonacci(mode, cacheDir))
      await damage(first.file!)
      const second = await performQuickly(fibonacci(mode, cacheDir))
      expect(second).toMatchObject({
        ...terminated,
        cache: { outcome: 'miss', key: first.cache!.key },
        counts: { quarantined: 1, build: 1, publish: 1 },
      })
      expect(second.warnings.length).toBe(1)
      expect((await readdir(join(cacheDir, 'v1/quarantine'))).length).toBe(1)
      expect(await performQuickly(fibonacci(mode, cacheDir))).toMatchObject({
        ...terminated,
        cache: { outcome: 'hit' },
        counts: { hit: 1 },
        warnings: [],
      })
    },
  )
})

test('a damaged mapping from input to artifact costs a build', async () => {
  const cacheDir = join(await scratch(), 'cache')
  await performQuickly(fibonacci('pure', cacheDir))
  const [mapping] = await filesIn(join(cacheDir, 'v1/inputs'), /\.json$/)
  await writeFile(mapping!, 'garbage')
  const second = await performQuickly(fibonacci('pure', cacheDir))
  expect(second).toMatchObject({ ...terminated, counts: { 'mapping-damaged': 1 } })
  expect(second.warnings.length).toBe(1)
  expect(await performQuickly(fibonacci('pure', cacheDir))).toMatchObject({
    ...terminated,
    cache: { outcome: 'hit' },
    warnings: [],
  })
})

/** A run that worked without storing anything, and said so once. */
function expectUncached(report: Report): void {
  expect(report).toMatchObject(terminated)
  expect(report.cache!.outcome).not.toBe('hit')
  expect(report.counts).toMatchObject({ degraded: 1, build: 1 })
  expect(report.counts['publish']).toBeUndefined()
  expect(report.warnings.length).toBe(1)
}

test('a file in the place of the cache directory', async () => {
  const cacheDir = join(await scratch(), 'cache')
  await writeFile(cacheDir, 'not a directory')
  expectUncached(await performQuickly(fibonacci('pure', cacheDir)))
  expect(await readFile(cacheDir, 'utf8')).toBe('not a directory')
})

test('a file in the place of the store inside it', async () => {
  const cacheDir = join(await scratch(), 'cache')
  await mkdir(cacheDir, { mode: 0o700 })
  await writeFile(join(cacheDir, 'v1'), 'not a directory')
  expectUncached(await performQuickly(fibonacci('pure', cacheDir)))
})

/** Gives everything below `path` to the user that the children run as, and takes the right to write from it. */
async function makeReadOnly(path: string): Promise<void> {
  for (const name of ['', ...(await readdir(path, { recursive: true }))]) {
    const file = join(path, name)
    if (isRoot) await chown(file, ORDINARY, ORDINARY)
    await chmod(file, (await stat(file)).isDirectory() ? 0o500 : 0o400)
  }
}

// Permissions do not bind the superuser: its children run as somebody else, who has to be able to read the bundle.
const bundle = await stat(new URL('../../dist', import.meta.url))
describe.skipIf(isRoot && (bundle.mode & 0o005) !== 0o005)('a read-only cache directory', () => {
  const options = isRoot ? { uid: ORDINARY } : {}

  test('that is empty gives a working run with one warning', async () => {
    const directory = await scratch()
    const cacheDir = join(directory, 'cache')
    await chmod(directory, 0o755)
    await mkdir(cacheDir, { mode: 0o700 })
    await makeReadOnly(cacheDir)
    expectUncached(await perform(fibonacci('pure', cacheDir), options))
    expect(await readdir(cacheDir)).toEqual([])
  })

  test('that holds the guest gives a hit', async () => {
    const directory = await scratch()
    const cacheDir = join(directory, 'cache')
    await chmod(directory, 0o755)
    const first = await performQuickly(fibonacci('pure', cacheDir))
    await makeReadOnly(cacheDir)
    const second = await performQuickly(fibonacci('pure', cacheDir), options)
    expect(second).toMatchObject({ ...terminated, cache: { outcome: 'hit', key: first.cache!.key } })
    expect(second.stages).toEqual([])
    expect(second.warnings.length).toBe(1)
  })
})

test('a directory that others can write to is refused before anything in it is used', async () => {
  const cacheDir = join(await scratch(), 'cache')
  await mkdir(cacheDir)
  await chmod(cacheDir, 0o777)
  await expect(Rvr.create({ cacheDir })).rejects.toMatchObject({ code: 'CACHE_UNSAFE', details: { path: cacheDir } })
  expect(await readdir(cacheDir)).toEqual([])
})

test('no cache at all: nothing is warned of, nothing is stored', async () => {
  const report = await performQuickly(fibonacci('pure', false))
  expect(report).toMatchObject({ ...terminated, cache: { outcome: 'off' }, warnings: [] })
  expect(report.stages).toEqual(['lift', 'codegen', 'compile'])
})
