/** The cache across processes: what one compiled the next one uses, whatever its surroundings. */
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { sample } from '../support/exhaustive.ts'
import { answer, fibonacci, filesIn, fixture, modeNames, perform, scratch } from './support.ts'

// The modes share these.
describe('another process', () => {
  test.each(sample(modeNames, 0))('elsewhere and with another environment compiles nothing (mode %s)', async mode => {
    const directory = await scratch()
    const cacheDir = join(directory, 'cache')
    const first = await perform(fibonacci(mode, cacheDir))
    expect(first).toMatchObject({
      outcome: 'terminated',
      publicValues: answer,
      cache: { outcome: 'miss' },
      counts: { build: 1, publish: 1 },
      stages: ['lift', 'codegen', 'compile', 'publish'],
      warnings: [],
    })
    const [library] = await filesIn(cacheDir, /library\.so$/)
    expect(first.file).toBe(library)
    const before = await stat(library!, { bigint: true })

    const elsewhere = join(directory, 'other directory')
    const temporary = join(directory, 'other temporary')
    await mkdir(elsewhere)
    await mkdir(temporary)
    const second = await perform(fibonacci(mode, cacheDir), {
      cwd: elsewhere,
      environment: {
        TMPDIR: temporary,
        LANG: 'de_DE.UTF-8',
        LC_ALL: 'tr_TR.UTF-8',
        TZ: 'Pacific/Apia',
        HOME: elsewhere,
        CFLAGS: '-O0 -g',
        MAKEFLAGS: '-k',
        CPATH: elsewhere,
        CC: 'false',
        UNRELATED: 'x'.repeat(1000),
      },
    })
    expect(second).toMatchObject({
      outcome: 'terminated',
      publicValues: answer,
      instret: first.instret,
      file: first.file,
      warnings: [],
    })
    expect(second.cache).toEqual({ ...first.cache, outcome: 'hit' })
    expect(second.stages.filter(stage => ['lift', 'codegen', 'compile', 'publish'].includes(stage))).toEqual([])
    expect(second.counts).toEqual({ 'input-hit': 1, hit: 1 })
    const after = await stat(library!, { bigint: true })
    expect([after.mtimeNs, after.ctimeNs, after.ino]).toEqual([before.mtimeNs, before.ctimeNs, before.ino])
  })

  test.each(sample(modeNames, 1))('with another cache gets the same keys for the same work (mode %s)', async mode => {
    const [one, other] = [await scratch(), await scratch()]
    const reports = await Promise.all([
      perform(fibonacci(mode, join(one, 'cache'))),
      perform(fibonacci(mode, join(other, 'cache')), { cwd: other, environment: { TMPDIR: other, LC_ALL: 'C.UTF-8' } }),
    ])
    expect(reports[0]!.cache).toMatchObject({ outcome: 'miss', key: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(reports[1]!.cache).toEqual(reports[0]!.cache)
  })
})

test('guests, widths and modes never share an entry', async () => {
  const cacheDir = join(await scratch(), 'cache')
  const tasks = modeNames.flatMap(mode =>
    (['fibonacci', 'exitcode'] as const).flatMap(name =>
      ([32, 64] as const).map(xlen => ({
        mode,
        guest: fixture(name, xlen),
        inputs: ['0000000000000000'],
        options: { cacheDir },
      })),
    ),
  )
  const reports = []
  for (const task of tasks) reports.push(await perform(task))
  for (const field of ['key', 'inputKey'] as const)
    expect(new Set(reports.map(report => report.cache![field])).size).toBe(tasks.length)
  expect(new Set(reports.map(report => report.file)).size).toBe(tasks.length)
  await using rvr = await Rvr.create({ cacheDir })
  expect(await rvr.cache.stats()).toMatchObject({ build: tasks.length, publish: tasks.length })
  expect((await rvr.cache.list()).length).toBe(tasks.length)
})

test('within one process the second compilation is a hit too, and so is another Rvr', async () => {
  const cacheDir = join(await scratch(), 'cache')
  for (const wanted of [
    ['miss', 'hit'],
    ['hit', 'hit'],
  ]) {
    await using rvr = await Rvr.create({ cacheDir })
    const guest = await rvr.load(fixture('exitcode'))
    expect([(await guest.compile('pure')).cache.outcome, (await guest.compile('pure')).cache.outcome]).toEqual(wanted)
  }
})
