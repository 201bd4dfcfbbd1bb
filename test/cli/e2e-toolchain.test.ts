/** Compilers that are not there, fail, or are interrupted. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  answer,
  cli,
  compilerThat,
  expectEnd,
  expectFailure,
  fixture,
  jsonOf,
  librariesIn,
  place,
  start,
  until,
  warningsOf,
} from './e2e-support.ts'

const guest = fixture('fibonacci')

test('without a compiler: run falls back to the interpreter, compile and doctor give up', async () => {
  const at = place()
  const environment = { PATH: join(at.directory, 'programs'), RVR_CC: undefined }
  mkdirSync(environment.PATH)
  symlinkSync(
    execFileSync('sh', ['-c', 'command -v make'], { encoding: 'utf8' }).trim(),
    join(environment.PATH, 'make'),
  )
  const run = await cli(at, ['run', guest, '--input', 'u64:90', '--json'], { environment })
  expect(run.status).toBe(0)
  expect(warningsOf(run)).toEqual([expect.stringMatching(/compiler.*interpreter/)])
  expect(jsonOf(run)).toMatchObject({ outcome: 'terminated', engine: 'interp', publicValues: answer })
  const compile = await cli(at, ['compile', guest, '--json'], { environment })
  expectFailure(compile, 3, 'compiler', /apt-get install|Install/)
  expect(jsonOf(compile)).toMatchObject({ error: { code: 'TOOLCHAIN_MISSING' } })
  const doctor = await cli(at, ['doctor', '--json'], { environment })
  expectEnd(doctor, 3)
  expect(jsonOf(doctor)).toMatchObject({
    canCompile: false,
    problems: [{ message: expect.stringContaining('compiler'), hint: expect.any(String) }],
  })
})

test('a compiler that is named and not there is no reason to fall back', async () => {
  const at = place()
  const cc = join(at.directory, 'none-cc')
  expectFailure(await cli(at, ['run', guest], { environment: { RVR_CC: cc } }), 3, cc)
  expectFailure(await cli(at, ['compile', guest, '--cc', cc]), 3, cc)
})

test('a compiler that is none', async () => {
  expectFailure(
    await cli(place(), ['compile', guest, '--cc', '/bin/true']),
    3,
    '/bin/true does not work as a C compiler',
  )
})

test('a compiler that fails: its first error is shown, the project is kept and named', async () => {
  const at = place()
  const cc = compilerThat(
    'echo "unit_000.c:12:7: error: this compiler is broken" >&2; echo "unit_000.c:13:1: error: and a second one" >&2; exit 1',
    at,
  )
  const result = await cli(at, ['run', guest, '--tier', 'native', '--jobs', '1', '--json', '--cc', cc], {
    leavesFiles: true,
  })
  expectFailure(result, 3, 'unit_000.c:12:7: error: this compiler is broken', at.temporary, cc)
  expect(result.stderr).not.toContain('and a second one')
  const { error } = jsonOf(result)
  expect(error).toMatchObject({ code: 'COMPILE_FAILED', details: { projectDir: expect.any(String) } })
  expect(readdirSync(at.temporary).map(name => join(at.temporary, name))).toEqual([error.details.projectDir])
  expect(result.stderr).toContain(error.details.projectDir)
  expect(readdirSync(error.details.projectDir)).toEqual(expect.arrayContaining(['Makefile', 'unit_000.c', 'guest.h']))
  expect(librariesIn(at.cache)).toEqual([])
})

/** Is there such a process, zombies not counted? */
function isAlive(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s while compiling gives status %d, ends the compilers and leaves no file', async (signal, status) => {
  const at = place()
  const noted = join(at.directory, 'pids')
  const cc = compilerThat(`echo $$ >>${noted}; sleep 86400 & echo $! >>${noted}; wait`, at)
  const running = start(at, ['run', guest, '--tier', 'native', '--json', '--cc', cc])
  const pids = (): string[] => (existsSync(noted) ? readFileSync(noted, 'utf8').trim().split('\n') : [])
  await until('two compilers', () => pids().length >= 2)
  running.process.kill(signal)
  const result = await running.result
  expect(result).toMatchObject({ status, stderr: expect.stringContaining('rvr: error: ') })
  expect(jsonOf(result)).toMatchObject({ error: { code: 'ABORTED' } })
  await until('the end of the compilers', () => !pids().some(isAlive))
  expect(librariesIn(at.cache)).toEqual([])
})

/** Input of the guest traps: an endless loop. */
const endless = ['run', fixture('traps'), '--input', 'hex:07', '--json']

test('a guest that is not in the cache runs at once, moves into native code, and says so', async () => {
  const at = place()
  const limit = ['--max-instructions', '1_000_000_000']
  const [first, second] = [await cli(at, [...endless, ...limit]), await cli(at, [...endless, ...limit])]
  for (const result of [first, second]) expectEnd(result, 6)
  expect(jsonOf(first)).toMatchObject({
    engine: 'native',
    interpreted: expect.any(Number),
    instret: 1_000_000_000,
    cache: { outcome: 'miss' },
    timing: { compileMs: expect.any(Number) },
  })
  expect(jsonOf(second)).toMatchObject({ engine: 'native', instret: 1_000_000_000, cache: { outcome: 'hit' } })
  expect(jsonOf(second)).not.toHaveProperty('interpreted')
  expect(jsonOf(second).stop).toEqual(jsonOf(first).stop)
})

test('a compile that the guest did not need is abandoned: its compilers end, no file stays', async () => {
  const at = place()
  const noted = join(at.directory, 'pids')
  const cc = compilerThat(`echo $$ >>${noted}; sleep 86400 & echo $! >>${noted}; wait`, at)
  // A native interpreter that is to be kept has a minute more: test/run/tiers.test.ts.
  const result = await cli(at, [...endless, '--timeout', '1s', '--no-cache', '--cc', cc])
  expectEnd(result, 6)
  expect(jsonOf(result)).toMatchObject({ engine: 'interp', stop: { cause: 'timeout' }, cache: { outcome: 'off' } })
  await until(
    'the end of the compilers',
    () => !existsSync(noted) || !readFileSync(noted, 'utf8').trim().split('\n').some(isAlive),
  )
  expect(librariesIn(at.cache)).toEqual([])
})

test('work that takes its time says so in plain lines, no line twice, and -q keeps them back', async () => {
  const at = place()
  const cc = compilerThat('sleep 0.2', at)
  const loud = await cli(at, ['compile', guest, '--cc', cc, '--no-cache', '-o', join(at.directory, 'loud.so')])
  expect(loud.status).toBe(0)
  expect(loud.stderr).toMatch(/^(rvr: [a-zC, \d]+\n)+$/)
  const lines = loud.stderr.trim().split('\n')
  expect(new Set(lines).size).toBe(lines.length)
  expect(lines).toContainEqual(expect.stringMatching(/^rvr: compiling(, objects \d+ of \d+)?$/))
  expect(
    await cli(at, ['compile', guest, '--cc', cc, '--no-cache', '-q', '-o', join(at.directory, 'quiet.so')]),
  ).toMatchObject({ status: 0, stderr: '' })
})
