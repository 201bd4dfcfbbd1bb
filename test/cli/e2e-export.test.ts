/** Compiled guests as files: exported on one machine, imported on another of its kind. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { answer, cli, expectEnd, expectFailure, fixture, jsonOf, place, quickCompiler } from './e2e-support.ts'
import { inProcess } from './in-process.ts'

const from = place()
const to = place()
const guest = fixture('fibonacci')
const file = join(from.directory, 'fibonacci.rvr')
let keys: string[]

beforeAll(async () => {
  const { compilations } = jsonOf(await cli(from, ['compile', guest, '--mode', 'pure', '--mode', 'metered', '--json']))
  keys = compilations.map(({ cache }: any) => cache.key)
})

test('an exported guest is a hit elsewhere: nothing is lifted, generated or compiled', async () => {
  const exported = await cli(from, ['cache', 'export', guest, '--mode', 'pure', '-o', file, '--json'])
  expectEnd(exported, 0)
  expect(jsonOf(exported)).toEqual({
    directory: from.cache,
    exported: [{ key: keys[0], inputKey: expect.any(String), file, bytes: statSync(file).size }],
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const imported = await cli(to, ['cache', 'import', file, '--json'])
  expectEnd(imported, 0)
  const info = expect.objectContaining({ mode: 'pure', xlen: 64 })
  expect(jsonOf(imported)).toEqual({
    directory: to.cache,
    imported: [{ file, key: keys[0], inputKey: expect.any(String), bytes: expect.any(Number), info, stored: true }],
  })
  const run = jsonOf(await cli(to, ['run', guest, '--input', 'u64:90', '--json']))
  expect(run).toMatchObject({ outcome: 'terminated', publicValues: answer, cache: { outcome: 'hit', key: keys[0] } })
  expect(Object.keys(run.timing).toSorted()).toEqual(['executeMs', 'loadMs'])
  const again = await cli(to, ['cache', 'import', file])
  expectEnd(again, 0)
  expect(again.stdout).toMatch(/was there already/)
})

test('several entries go to a directory, and back', async () => {
  const folder = join(from.directory, 'all')
  mkdirSync(folder)
  const exported = jsonOf(await cli(from, ['cache', 'export', guest, keys[0]!.slice(0, 16), '-o', folder, '--json']))
  expect(exported.exported.map(({ key }: any) => key).toSorted()).toEqual(keys.toSorted())
  const at = place()
  expectEnd(await cli(at, ['cache', 'import', ...exported.exported.map((entry: any) => entry.file)]), 0)
  expect(
    jsonOf(await cli(at, ['cache', 'ls', '--json']))
      .entries.map(({ key }: any) => key)
      .toSorted(),
  ).toEqual(keys.toSorted())
})

test('what cannot be exported or imported is said', async () => {
  const here = { RVR_CACHE_DIR: from.cache }
  const bad = join(from.directory, 'bad.rvr')
  const bytes = readFileSync(file)
  expectFailure(
    await inProcess(['cache', 'export', guest, '-o', bad], here),
    2,
    'room for one entry',
    keys[0]!.slice(0, 12),
    '(metered)',
  )
  expectFailure(
    await inProcess(['cache', 'export', fixture('exitcode'), '-o', bad], here),
    2,
    'no entry',
    'rvr compile',
  )
  expectFailure(await inProcess(['cache', 'export', keys[0]!], here), 2, '--output')
  bytes[bytes.length - 9]! ^= 1
  writeFileSync(bad, bytes)
  const refused = await inProcess(['cache', 'import', bad, '--json'], { RVR_CACHE_DIR: place().cache })
  expectFailure(refused, 5, bad)
  expect(jsonOf(refused)).toMatchObject({
    error: { code: 'ARTIFACT_REFUSED', details: { path: bad, reason: 'damaged' } },
  })
})

test('the same by the SDK, and an entry that is not what its key says is built anew', async () => {
  const at = place()
  const copy = join(at.directory, 'metered.rvr')
  await using source = await Rvr.create({ cacheDir: from.cache, cc: quickCompiler })
  await source.cache.export(keys[1]!, copy)
  const warnings: string[] = []
  await using target = await Rvr.create({
    cacheDir: at.cache,
    cc: quickCompiler,
    onEvent: event => {
      if (event.type === 'warning') warnings.push(event.message)
    },
  })
  expect(await target.cache.import(copy)).toMatchObject({ key: keys[1], stored: true })
  const wanted = await (await target.load(guest)).compile('metered')
  expect(wanted.cache).toMatchObject({ outcome: 'hit', key: keys[1] })
  expect(warnings).toEqual([])

  // The library of one mode under the key of the other: every digest fits.
  await source.cache.export(keys[0]!, join(at.directory, 'pure.rvr'))
  const { publishEntry } = await import('../../src/store/publish.ts')
  const { layoutOf } = await import('../../src/store/layout.ts')
  const { writeMapping } = await import('../../src/store/mapping.ts')
  const [pure] = await source.cache.show(keys[0]!)
  const layout = layoutOf(at.cache)
  expect(
    await publishEntry(layout, {
      key: keys[0]!,
      inputKey: pure!.manifest.inputKey,
      source: wanted.file!,
      draft: pure!.manifest,
    }),
  ).toBeTruthy()
  await writeMapping(layout, pure!.manifest.inputKey, keys[0]!)
  const rebuilt = await (await target.load(guest)).compile('pure')
  expect(rebuilt.cache).toMatchObject({ outcome: 'miss', key: keys[0] })
  expect(target.cache.counts).toMatchObject({ quarantined: 1, build: 1, publish: 2 })
  expect(warnings).toEqual([expect.stringContaining(keys[0]!.slice(0, 12))])
})
