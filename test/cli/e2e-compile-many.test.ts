/** `rvr compile` of many guests and modes: patterns, one list, one that fails stops no other, and no more compilers than were asked for. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  cli,
  compilerThat,
  expectEnd,
  expectFailure,
  fixture,
  jsonOf,
  librariesIn,
  messagesOf,
  place,
  start,
  type Place,
} from './e2e-support.ts'

/** Guests in directories of their own. */
function guests(at: Place): { folder: string; first: string; second: string } {
  const folder = join(at.directory, 'guests')
  const first = join(folder, 'fibonacci.elf')
  const second = join(folder, 'deep/exitcode.elf')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  copyFileSync(fixture('fibonacci'), first)
  copyFileSync(fixture('exitcode'), second)
  return { folder, first, second }
}

test('patterns and paths, two modes; bad guests stop no others and decide the status', async () => {
  const at = place()
  const { folder, first, second } = guests(at)
  const bad = join(folder, 'bad.elf')
  const absent = join(folder, 'absent.elf')
  writeFileSync(bad, 'no guest')
  const result = await cli(at, [
    'compile',
    join(folder, '**/*.elf'),
    first,
    absent,
    '--mode',
    'pure',
    '--mode',
    'metered',
    '--mode',
    'pure',
    '--jobs',
    '2',
    '--json',
  ])
  expectFailure(result, 2)
  const { compilations, failed } = jsonOf(result)
  expect(failed).toBe(4)
  expect(
    compilations.map(({ guest, mode, cache, error }: any) => [guest.path, mode, cache?.outcome ?? error.code]),
  ).toEqual([
    [bad, 'pure', 'ELF_INVALID'],
    [bad, 'metered', 'ELF_INVALID'],
    [second, 'pure', 'miss'],
    [second, 'metered', 'miss'],
    [first, 'pure', 'miss'],
    [first, 'metered', 'miss'],
    [absent, 'pure', 'IO'],
    [absent, 'metered', 'IO'],
  ])
  // What is wrong with a guest is said once, whatever the modes.
  expect(result.stderr.match(/^rvr: error: .*$/gm)).toEqual([
    expect.stringContaining(bad),
    expect.stringContaining(absent),
  ])
  const libraries = compilations.flatMap(({ artifact }: any) => artifact ?? [])
  expect(libraries.toSorted()).toEqual(librariesIn(at.cache).toSorted())

  rmSync(bad)
  const again = await cli(at, ['compile', join(folder, '*.elf'), join(folder, 'deep/*'), '--mode', 'metered'])
  expectEnd(again, 0)
  expect(again.stdout.split('\n').map(line => line.split(/ {2,}/).slice(0, 3))).toEqual([
    [first, 'metered', 'hit'],
    [second, 'metered', 'hit'],
    ['2 libraries ready, 2 from the cache'],
    [''],
  ])
  const alone = await cli(at, ['compile', first, '--json'])
  expect(jsonOf(alone)).toEqual({
    artifact: expect.any(String),
    mode: 'pure',
    guest: { path: first, digest: expect.any(String) },
    cache: expect.objectContaining({ outcome: 'hit' }),
    timing: expect.any(Object),
  })
})

test('a guest that does not compile leaves the others alone; the worst status counts', async () => {
  const at = place()
  const { folder, first, second } = guests(at)
  const bad = join(folder, 'bad.elf')
  writeFileSync(bad, 'no guest')
  const mark = join(at.directory, 'failed-once')
  // mkdir is atomic: of all compilers one fails.
  const compiler = compilerThat(
    `if mkdir ${mark} 2>/dev/null; then echo "unit.c:1:1: error: no such luck" >&2; exit 1; fi`,
    at,
  )
  const result = await cli(at, ['compile', first, second, bad, '--jobs', '1', '--json', '--cc', compiler], {
    leavesFiles: true,
  })
  expect(result.status).toBe(3)
  expect(jsonOf(result).compilations.map(({ cache, error }: any) => cache?.outcome ?? error.code)).toEqual([
    'COMPILE_FAILED',
    'miss',
    'ELF_INVALID',
  ])
  expect(messagesOf(result)).toContain(`rvr: error: ${first} (pure): the C compiler failed: `)
  expect(librariesIn(at.cache)).toHaveLength(1)
})

test('no more compilers run at a time than --jobs says', async () => {
  const at = place()
  const { folder } = guests(at)
  const log = join(at.directory, 'log')
  copyFileSync(fixture('args'), join(folder, 'args.elf'))
  const compiler = compilerThat(`echo + >> ${log}; gcc "$@"; status=$?; echo - >> ${log}; exit $status`, at)
  expectEnd(
    await cli(at, ['compile', join(folder, '**/*.elf'), '--abi', 'linux', '--jobs', '2', '--cc', compiler, '-q']),
    0,
  )
  let running = 0
  let most = 0
  let all = 0
  for (const sign of readFileSync(log, 'utf8').trim().split('\n')) {
    running += sign === '+' ? 1 : -1
    if (sign === '+') all++
    most = Math.max(most, running)
  }
  expect(running).toBe(0)
  expect(all).toBeGreaterThan(5)
  expect(most).toBeLessThanOrEqual(2)
})

test('what cannot be meant is refused', async () => {
  const at = place()
  const { folder, first, second } = guests(at)
  expectFailure(await cli(at, ['compile', join(folder, '*.so')]), 2, 'no file matches', '*.so')
  expectFailure(await cli(at, ['compile', first, second, '-o', join(at.directory, 'x.so')]), 2, '-o is for one guest')
  expectFailure(await cli(at, ['compile', first, '--mode', 'pure', '--mode', 'fast']), 2, 'fast', /pure/)
  const result = await cli(at, ['compile', first, second, '--cc', join(at.directory, 'no-cc'), '--json'])
  expectFailure(result, 3, 'no-cc')
  expect(jsonOf(result)).toMatchObject({ error: { code: 'TOOLCHAIN_MISSING' } })
  expect(existsSync(join(at.directory, 'x.so'))).toBe(false)
})

test('a file whose name looks like a pattern is that file', async () => {
  const at = place()
  const odd = join(at.directory, 'a[1]{b}.elf')
  writeFileSync(odd, 'no guest')
  chmodSync(odd, 0o600)
  const result = await cli(at, ['compile', odd, '--json'])
  expectFailure(result, 2, odd)
  expect(jsonOf(result)).toMatchObject({ error: { code: 'ELF_INVALID' } })
})

test('Ctrl-C ends all of them and leaves nothing behind', async () => {
  const at = place()
  const { first, second } = guests(at)
  const compiler = compilerThat('sleep 60', at)
  const running = start(at, ['compile', first, second, '--jobs', '2', '--json', '-v', '--cc', compiler])
  await running.said('build')
  running.process.kill('SIGINT')
  const result = await running.result
  expect(result.status).toBe(130)
  expect(jsonOf(result)).toMatchObject({ error: { code: 'ABORTED' } })
  expect(librariesIn(at.cache)).toEqual([])
})
