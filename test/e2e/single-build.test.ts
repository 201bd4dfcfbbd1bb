/** Many processes and one build: nobody compiles twice, and nobody waits for the dead. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { sample } from '../support/exhaustive.ts'
import { answer, compilerThat, fibonacci, modeNames, notedPids, scratch, start, until } from './support.ts'

// The modes share these.
describe('many who want the same', () => {
  test.each(sample(modeNames, 0))('eight processes at once do exactly one build (mode %s)', async mode => {
    const cacheDir = join(await scratch(), 'cache')
    const reports = await Promise.all(Array.from({ length: 8 }, () => start(fibonacci(mode, cacheDir)).report))
    for (const report of reports)
      expect(report).toMatchObject({ outcome: 'terminated', publicValues: answer, warnings: [] })
    expect(reports.filter(report => report.stages.includes('compile')).length).toBe(1)
    expect(reports.map(report => report.cache!.outcome).toSorted()).toEqual([
      ...Array.from({ length: 7 }, () => 'hit'),
      'miss',
    ])
    await using rvr = await Rvr.create({ cacheDir })
    const stats = await rvr.cache.stats()
    expect(stats).toMatchObject({ build: 1, publish: 1, hit: 7 })
    expect(stats['publish-lost-race']).toBeUndefined()
  })

  test.each(sample(modeNames, 1))(
    'a builder that is killed while it compiles lets a waiting process finish the work (mode %s)',
    async mode => {
      const directory = await scratch()
      const cacheDir = join(directory, 'cache')
      const first = join(directory, 'first-pids')
      // The first compiler process notes itself and hangs; all later ones work.
      const cc = await compilerThat(
        `if mkdir ${directory}/hung 2>/dev/null; then echo $$ >>${first}; exec sleep 60; fi`,
        directory,
      )
      const builder = start(fibonacci(mode, cacheDir, { cc, jobs: 1 }), { environment: { TMPDIR: directory } })
      onTestFinished(() => {
        for (const pid of notedPids(first))
          try {
            process.kill(pid, 'SIGKILL')
          } catch {
            /* it has ended */
          }
      })
      await until('the hanging compiler', () => notedPids(first).length === 1)
      const waiter = start(fibonacci(mode, cacheDir, { cc, jobs: 1 }))
      await waiter.entered('lock-wait')
      expect(waiter.process.exitCode).toBeNull()
      expect(existsSync(join(directory, 'hung'))).toBe(true)
      builder.process.kill('SIGKILL')
      await waiter.entered('compile')
      expect(await waiter.report).toMatchObject({
        outcome: 'terminated',
        publicValues: answer,
        cache: { outcome: 'miss' },
        counts: { build: 1, publish: 1, 'lock-wait': 1 },
      })
      await using rvr = await Rvr.create({ cacheDir })
      expect(await rvr.cache.stats()).toMatchObject({ build: 2, publish: 1 })
    },
  )
})

test('different modes and guests are built side by side', async () => {
  const cacheDir = join(await scratch(), 'cache')
  const reports = await Promise.all(modeNames.map(mode => start(fibonacci(mode, cacheDir)).report))
  for (const report of reports) {
    expect(report.cache!.outcome).toBe('miss')
    expect(report.counts['lock-wait']).toBeUndefined()
  }
})
