/** `rvr run --save` and `--resume`: a guest that one process began ends in another, with the totals of one run. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import {
  answer,
  cli,
  expectEnd,
  expectFailure,
  fixture,
  jsonOf,
  messagesOf,
  place,
  start,
  type Result,
} from './e2e-support.ts'
import { inProcess } from './in-process.ts'

/** No test counts misses here. */
const cache = inject('sharedCache')
const warm = place()
const saved = (name: string): string => join(warm.directory, name)
const argumentsOf = (guest: string, args: readonly string[]): string[] => [
  'run',
  fixture(guest),
  ...(args.includes('--tier') ? [] : ['--tier', 'native']),
  ...args,
]
const run = (guest: string, ...args: string[]): Promise<Result> => inProcess(argumentsOf(guest, args))
const runApart = (guest: string, ...args: string[]): Promise<Result> =>
  cli(place(), argumentsOf(guest, args), { cache })
const n = '5000'

test.each([
  ['pure', 'three in one process', run],
  ['metered-cost', 'three in one process', run],
  // It has most to keep.
  ['metered', 'three processes', runApart],
] as const)('mode %s: %s, and both engines', async (mode, _, run) => {
  const whole = jsonOf(await run('fibonacci', '--mode', mode, '--input', `u64:${n}`, '--json'))
  const first = await run(
    'fibonacci',
    '--mode',
    mode,
    '--input',
    `u64:${n}`,
    '--max-instructions',
    '1234',
    '--save',
    saved(mode),
    '--json',
  )
  expect(first.status).toBe(6)
  expect(jsonOf(first)).toMatchObject({ outcome: 'suspended', instret: 1234, saved: saved(mode) })
  expect(first.stderr).toContain(
    `rvr: saved the run; go on with rvr run ${fixture('fibonacci')} --resume ${saved(mode)}\n`,
  )
  expect(statSync(saved(mode)).mode & 0o777).toBe(0o600)
  const second = await run(
    'fibonacci',
    '--resume',
    saved(mode),
    '--tier',
    'interp',
    '--max-instructions',
    '4321',
    '--save',
    saved(`${mode}-2`),
    '--json',
  )
  expect(jsonOf(second)).toMatchObject({ outcome: 'suspended', instret: 5555, mode, engine: 'interp' })
  const third = await run('fibonacci', '--resume', saved(`${mode}-2`), '--mode', mode, '--json')
  expectEnd(third, 0)
  const facts = ({ timing: _timing, cache: _cache, executed: _executed, ...rest }: any): object => rest
  expect(facts(jsonOf(third))).toEqual(facts(whole))
})

test('save-keeps-the-run-on-Ctrl-C: the run is suspended and saved, and goes on', async () => {
  const file = saved('interrupted')
  const running = start(
    place(),
    ['run', fixture('traps'), '--input', 'hex:07', '--tier', 'interp', '--save', file, '--json'],
    { cache },
  )
  await running.said('rvr: running')
  running.process.kill('SIGINT')
  const result = await running.result
  const { instret } = jsonOf(result)
  expect(result).toMatchObject({
    status: 130,
    stderr: expect.stringContaining(`go on with rvr run ${fixture('traps')} --resume ${file}\n`),
  })
  expect(jsonOf(result)).toMatchObject({ outcome: 'suspended', stop: { cause: 'request' }, saved: file })
  const next = await run('traps', '--resume', file, '--tier', 'interp', '--max-instructions', '10', '--json')
  expect(jsonOf(next)).toMatchObject({ outcome: 'suspended', instret: instret + 10 })
  // Left out where it is all of the run: a busy machine may stop the guest before its first instruction.
  expect(jsonOf(next).executed).toBe(instret === 0 ? undefined : 10)
})

test('a deadline saves too, text says where, and -q says nothing', async () => {
  const result = await run('traps', '--input', 'hex:07', '--timeout', '100ms', '--save', saved('deadline'))
  expect(result).toMatchObject({
    status: 6,
    stdout: expect.stringMatching(/^suspended/),
    stderr: expect.stringContaining(`--resume ${saved('deadline')}`),
  })
  const quiet = await run(
    'traps',
    '--resume',
    saved('deadline'),
    '--max-instructions',
    '10',
    '--save',
    saved('deadline'),
    '-q',
  )
  expect(quiet).toMatchObject({ status: 6, stderr: '' })
})

test('a guest that ends leaves no file', async () => {
  const result = await run('fibonacci', '--input', 'u64:90', '--save', saved('none'), '--json')
  expectEnd(result, 0)
  expect(jsonOf(result)).toMatchObject({ publicValues: answer })
  expect(jsonOf(result)).not.toHaveProperty('saved')
  expect(existsSync(saved('none'))).toBe(false)
})

test('ABI linux comes from the file', async () => {
  const first = await run(
    'args',
    '--abi',
    'linux',
    '--arg',
    'one',
    '--input',
    'utf8:text',
    '--max-instructions',
    '30',
    '--save',
    saved('linux'),
  )
  expect(first.status, first.stderr).toBe(6)
  const whole = await run('args', '--abi', 'linux', '--arg', 'one', '--input', 'utf8:text', '--json')
  const last = await run('args', '--resume', saved('linux'), '--json')
  expect(last.status).toBe(whole.status)
  expect(jsonOf(last).instret).toBe(jsonOf(whole).instret)
  expect(messagesOf(first) + messagesOf(last)).toBe(messagesOf(whole))
})

test('files that do not fit: status 5', async () => {
  const file = saved('fits')
  expect((await run('fibonacci', '--input', `u64:${n}`, '--max-instructions', '100', '--save', file)).status).toBe(6)
  const other = await run('exitcode', '--resume', file, '--json')
  expectFailure(other, 5, file, /guest/)
  expect(jsonOf(other)).toMatchObject({ error: { code: 'STATE_REFUSED', details: { reason: 'guest', path: file } } })
  expectFailure(await run('fibonacci', '--resume', file, '--mode', 'metered'), 5, file, /mode is pure, wanted metered/)
  expectFailure(await run('fibonacci', '--resume', file, '--abi', 'linux'), 5, file, /abi is openvm, wanted linux/)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(saved('flipped'), bytes)
  expectFailure(await run('fibonacci', '--resume', saved('flipped')), 5, saved('flipped'), /damaged/)
  expectFailure(await run('fibonacci', '--resume', fixture('fibonacci')), 5, 'no saved run')
})

test('bad usage: status 2', async () => {
  const file = saved('usage')
  expect((await run('fibonacci', '--input', `u64:${n}`, '--max-instructions', '100', '--save', file)).status).toBe(6)
  for (const extra of [
    ['--input', 'u64:1'],
    ['--seed', '1'],
    ['--public-values-bytes', '64'],
    ['--arg', 'x'],
    ['--max-memory', '1GiB'],
    ['--check'],
  ]) {
    expectFailure(await run('fibonacci', '--resume', file, ...extra), 2, /--resume/, extra[0]!)
  }
  expectFailure(await run('fibonacci', '--resume', saved('missing')), 2, saved('missing'))
  // Before anything runs.
  const unwritable = await run(
    'traps',
    '--input',
    'hex:07',
    '--timeout',
    '1h',
    '--save',
    '/proc/nothing/x.run',
    '--json',
  )
  expectFailure(unwritable, 2, '/proc/nothing/x.run')
  expect(jsonOf(unwritable)).toMatchObject({ error: { code: 'IO' } })
})
