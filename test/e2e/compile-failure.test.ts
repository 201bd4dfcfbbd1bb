/** Compilers that fail and compilations that are aborted: a clear error, and nothing left behind but what is meant to stay. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import {
  answer,
  compilerThat,
  fibonacci,
  isAlive,
  modeNames,
  notedPids,
  perform,
  scratch,
  start,
  until,
} from './support.ts'

async function place(): Promise<{ directory: string; cacheDir: string; temporary: string }> {
  const directory = await scratch()
  const temporary = join(directory, 'temporary')
  await mkdir(temporary)
  return { directory, cacheDir: join(directory, 'cache'), temporary }
}

/** Directories of builds that are still there. */
const builds = async (temporary: string): Promise<string[]> =>
  (await readdir(temporary)).filter(name => name.startsWith('rvr-build-'))

describe.each(modeNames)('mode %s', mode => {
  test('a compiler that fails: its first error, and the project to look at', async () => {
    const { directory, cacheDir, temporary } = await place()
    const cc = await compilerThat(
      'echo "unit_000.c:12:7: error: this compiler is broken" >&2; echo "unit_000.c:13:1: error: and a second one" >&2; exit 1',
      directory,
    )
    const report = await perform(fibonacci(mode, cacheDir, { cc, jobs: 1 }), { environment: { TMPDIR: temporary } })
    expect(report.error).toMatchObject({
      code: 'COMPILE_FAILED',
      details: {
        firstError: 'unit_000.c:12:7: error: this compiler is broken',
        log: expect.stringContaining('and a second one'),
      },
    })
    expect(report.error!.message).toContain('this compiler is broken')
    expect(report.counts).toMatchObject({ build: 1, 'build-failed': 1 })
    expect(report.counts['publish']).toBeUndefined()
    const project = String(report.error!.details['projectDir'])
    expect(await builds(temporary)).toEqual([project.slice(temporary.length + 1)])
    expect(await readFile(join(project, 'Makefile'), 'utf8')).toContain('guest.so')
    expect(existsSync(join(project, 'unit_000.c'))).toBe(true)
    await rm(project, { recursive: true })

    // A failure is not remembered: the same request with a compiler that works succeeds.
    expect(await perform(fibonacci(mode, cacheDir))).toMatchObject({ publicValues: answer, cache: { outcome: 'miss' } })
  })

  test('aborting a compilation leaves no process, no directory and no lock', async () => {
    const { directory, cacheDir, temporary } = await place()
    const pids = join(directory, 'pids')
    onTestFinished(() => {
      for (const pid of notedPids(pids)) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    })
    const cc = await compilerThat(`echo $$ >>${pids}; sleep 86400 & echo $! >>${pids}; wait`, directory)
    const abortAt = join(directory, 'abort')
    const child = start(
      { ...fibonacci(mode, cacheDir, { cc, jobs: 2 }), abortAt },
      { environment: { TMPDIR: temporary } },
    )
    await child.entered('compile')
    await until('the hanging compilers', () => notedPids(pids).length >= 4)
    await writeFile(abortAt, '')
    const report = await child.report
    expect(report.error?.code).toBe('ABORTED')
    expect(report.counts['build-failed']).toBeUndefined()
    await until('the end of the compilers', () => !notedPids(pids).some(isAlive))
    expect(await builds(temporary)).toEqual([])
    expect(await readdir(join(cacheDir, 'v1/locks'))).toEqual([])
    expect(await readdir(join(cacheDir, 'v1/artifacts'))).toEqual([])
  })
})

test('an aborted wait for another process leaves that process alone', async () => {
  const { directory, cacheDir } = await place()
  const gate = join(directory, 'gate')
  const started = join(directory, 'started')
  const cc = await compilerThat(`echo $$ >>${started}; while ! test -e ${gate}; do sleep 0.05; done`, directory)
  const builder = start(fibonacci('pure', cacheDir, { cc }))
  await until('the compiler', () => notedPids(started).length > 0)
  const controller = new AbortController()
  await using rvr = await Rvr.create({
    cacheDir,
    cc,
    onEvent: event => {
      if (event.type === 'cache' && event.counter === 'lock-wait') controller.abort()
    },
  })
  const guest = await rvr.load(fibonacci('pure', cacheDir).guest)
  await expect(guest.compile('pure', { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' })
  expect(rvr.cache.counts).toMatchObject({ 'lock-wait': 1 })
  await mkdir(gate)
  expect(await builder.report).toMatchObject({ publicValues: answer, cache: { outcome: 'miss' } })
  expect((await guest.compile('pure')).cache.outcome).toBe('hit')
})

test('a signal that has fired already compiles nothing', async () => {
  const { cacheDir } = await place()
  await using rvr = await Rvr.create({ cacheDir })
  const guest = await rvr.load(fibonacci('pure', cacheDir).guest)
  await expect(guest.compile('pure', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  expect(rvr.cache.counts['build'] ?? 0).toBe(0)
})

test('a compiler that is not there is named', async () => {
  const { directory, cacheDir } = await place()
  const cc = join(directory, 'absent-cc')
  expect((await perform(fibonacci('pure', cacheDir, { cc }))).error).toMatchObject({
    code: 'TOOLCHAIN_MISSING',
    message: expect.stringContaining(cc),
    details: { cc },
  })
})
