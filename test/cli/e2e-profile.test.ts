/** Profiles from the command line: recorded, added to, compiled for, refused. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { profileIn } from '../../src/profile/content.ts'
import { answer, cli, expectEnd, expectFailure, fixture, jsonOf, place } from './e2e-support.ts'

const at = place()
const guest = fixture('fibonacci')
const file = join(at.directory, 'guest.profile')
const other = join(at.directory, 'other.profile')
const counts = async (path: string): Promise<number[]> =>
  profileIn(await readArchive(path)).stretches.map(({ count }) => count)

test('a run is recorded, another one added, and the guest compiled for both', async () => {
  const record = async (path: string): Promise<void> => {
    const result = await cli(at, [
      'run',
      guest,
      '--input',
      'u64:90',
      '--profile-out',
      path,
      '--engine',
      'interp',
      '--json',
    ])
    expectEnd(result, 0)
    expect(jsonOf(result)).toMatchObject({ mode: 'profile', profileOut: path })
    expect(result.stderr).toContain(`added the run to ${path}; compile with --profile ${path}`)
  }
  await record(file)
  const once = await counts(file)
  await record(file)
  expect(await counts(file)).toEqual(once.map(count => 2 * count))
  await record(other)
  expect(await counts(other)).toEqual(once)

  const ask = async (...args: string[]): Promise<any> => jsonOf(await cli(at, [...args, '--json']))
  const compiled = await ask('compile', guest, '--profile', file, '--profile', other)
  expect(compiled.cache.outcome).toBe('miss')
  const run = await ask('run', guest, '--input', 'u64:90', '--profile', other, '--profile', file)
  expect(run).toMatchObject({ mode: 'pure', publicValues: answer, cache: { outcome: 'hit', key: compiled.cache.key } })
  expect((await ask('inspect', compiled.artifact)).identity.profileDigest).toMatch(/^[0-9a-f]{64}$/)
  expect(await ask('cache', 'explain', guest)).toMatchObject({
    outcome: 'would-miss',
    differences: [
      { part: 'profile', kind: 'profile', now: null, meaning: 'compiled with a profile then, without one now' },
    ],
  })
  expect(await ask('cache', 'explain', guest, '--profile', file)).toMatchObject({
    outcome: 'would-miss',
    differences: [{ part: 'profile', kind: 'profile', meaning: 'the profile has other counts' }],
  })
})

test('runs that end at the same time are all added', async () => {
  const file = join(at.directory, 'new', 'together.profile')
  const alone = join(at.directory, 'alone.profile')
  const record = (path: string): Promise<unknown> =>
    cli(at, ['run', guest, '--input', 'u64:90', '--profile-out', path, '--engine', 'interp']).then(result =>
      expectEnd(result, 0),
    )
  await Promise.all([record(alone), ...Array.from({ length: 5 }, () => record(file))])
  expect(await counts(file)).toEqual((await counts(alone)).map(count => 5 * count))
  expect(readdirSync(join(at.directory, 'new'))).toEqual(['together.profile'])
})

test('emit shows what a profile makes of regions and C', async () => {
  for (const stage of ['cfg', 'c']) {
    const texts = await Promise.all(
      [[], ['--profile', file]].map(options => cli(at, ['emit', guest, '--stage', stage, ...options])),
    )
    for (const result of texts) expectEnd(result, 0)
    expect(texts[0]!.stdout).not.toBe(texts[1]!.stdout)
  }
  expectFailure(await cli(at, ['emit', guest, '--stage', 'c', '--profile', guest]), 2, guest, 'it is not a profile')
})

test('a guest that was built anew refuses the profile and loses nothing', async () => {
  const rebuilt = join(at.directory, 'rebuilt.elf')
  const before = readFileSync(file)
  writeFileSync(rebuilt, Buffer.concat([readFileSync(guest), Buffer.alloc(1)]))
  expectFailure(
    await cli(at, ['compile', rebuilt, '--profile', file]),
    2,
    file,
    'it is of another guest',
    'built anew',
    'Record it again',
  )
  expectFailure(
    await cli(at, ['run', rebuilt, '--input', 'u64:90', '--profile-out', file]),
    2,
    file,
    'it is of another guest',
  )
  expect(readFileSync(file)).toEqual(before)
})
