/** Bad usage and bad files: exit status, one error line with a hint, JSON where asked for, and a clean standard output. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitStatusOfError, exitStatusOfRun } from '../../src/cli/exit-codes.ts'
import { inProcess } from './in-process.ts'
import { rvr, temporaryDirectory } from './spawn.ts'

const fibonacci = 'cache-fixtures/guests/elf/fibonacci.rv64.elf'

test.each([
  [['bogus'], `unknown command 'bogus'`],
  [['cache', 'bogus'], `unknown command 'bogus'`],
  [['run'], `missing required argument 'guest'`],
  [['run', 'a', 'b'], 'too many arguments'],
  [['run', 'a', '--frobnicate'], `unknown option '--frobnicate'`],
  [['run', 'a', '--mode', 'fast'], 'pure'],
  [['run', 'a', '--abi', 'windows'], 'openvm'],
  [['run', 'a', '--tier', 'jit'], 'interp'],
  [['run', 'a', '--engine', 'jit'], 'interp'],
  [['run', 'a', '--engine', 'interp', '--tier', 'native'], 'cannot be used with'],
  [['cost', 'a', '--tier', 'jit'], 'native'],
  [['run', fibonacci, '--tier', 'interp', '--check'], '--tier interp'],
  [['run', 'a', '--timeout', '30'], 'not a duration'],
  [['run', 'a', '--max-instructions', 'many'], '--max-instructions: "many" is not a whole number'],
  [['run', 'a', '--max-trace-height', '0'], '--max-trace-height: "0" is too small'],
  [['run', 'a', '--public-values-bytes', '1TiB'], '--public-values-bytes: "1TiB" is too large'],
  [['run', 'a', '-q', '-v'], 'cannot be used with'],
  [['run', 'a', '--no-cache', '--cache-dir', 'x'], 'cannot be used with'],
  [['run', 'a', '--cache-dir', ''], '--cache-dir'],
  [['run', 'a', '--machine', ''], '--machine'],
  [['run', fibonacci, '--machine', '/no/such.json'], '/no/such.json'],
  [['compile', fibonacci, '--machine', 'src/machine/rv32im.json'], 'is RV64'],
  [['emit', fibonacci, '--stage', 'c', '--machine', 'package.json'], 'field xlen'],
  [['run', fibonacci, '--input', 'u16:3'], 'u16:3'],
  [['run', fibonacci, '--input-file', '/no/such.json'], '/no/such.json'],
  [['compile', fibonacci, '--no-cache'], '--no-cache'],
  [['compile', fibonacci, '--profile', '/no/such.profile'], '/no/such.profile'],
  [['compile', fibonacci, '--profile', 'package.json'], 'not a profile'],
  [['compile', fibonacci, 'other.elf', '--profile', 'package.json'], '--profile is for one guest'],
  [['run', fibonacci, '--profile-out', 'package.json'], 'not a profile'],
  [['run', fibonacci, '--profile-out', 'x', '--mode', 'pure'], 'mode pure does not count'],
  [['run', fibonacci, '--profile', 'x', '--artifact', 'y'], 'cannot be used with'],
  [['emit', fibonacci], '--stage'],
  [['emit', fibonacci, '--stage', 'asm'], 'cfg'],
  [['completions', 'powershell'], 'bash'],
  [['cache', 'show', 'xyz'], 'not a key'],
] as const)('rvr %j exits 2', async (args, text) => {
  const { status, stdout, stderr } = await inProcess(args, { RVR_CACHE_DIR: temporaryDirectory() })
  expect(stderr).toMatch(/^rvr: error: .+\n {2}hint: .+\n$/)
  expect(stderr).toContain(text)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})

test('without a command the help goes to standard error', () => {
  const { status, stdout, stderr } = rvr([])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('Usage: rvr <command>')
})

test('--version --verbose prints what a report of a fault needs', () => {
  for (const args of [
    ['--version', '--verbose'],
    ['-v', '-V'],
  ]) {
    expect(rvr(args)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^rvr +\d+\.\d+\.\d+\nlibrary ABI +\d+\n[^]*^node +v\d[^]*^compiler +./m),
    })
  }
})

test('--version prints the version alone', () => {
  expect(rvr(['--version'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
})

test.each(['run', 'compile', 'inspect'])('%s of a missing file, and of a file that is no ELF', async command => {
  const directory = temporaryDirectory()
  const text = join(directory, 'text.elf')
  writeFileSync(text, 'not an ELF file')
  const environment = { RVR_CACHE_DIR: join(directory, 'cache') }
  const missing = await inProcess([command, join(directory, 'none.elf'), '--json'], environment)
  expect(missing.status).toBe(2)
  expect(JSON.parse(missing.stdout)).toMatchObject({
    error: { code: 'IO', hint: expect.any(String), details: { path: join(directory, 'none.elf') } },
  })
  const invalid = await inProcess([command, text, '--json'], environment)
  expect(invalid.status).toBe(2)
  expect(JSON.parse(invalid.stdout)).toMatchObject({ error: { code: 'ELF_INVALID', details: { path: text } } })
  expect(invalid.stderr).toContain(text)
})

test('usage errors are JSON too where it was asked for', () => {
  const { stdout } = rvr(['run', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message: expect.stringContaining('guest') } })
})

test('a compiler that was named and is not there exits 3', () => {
  const { status, stderr } = rvr(['run', fibonacci, '--cc', '/no/such/cc'], { RVR_CACHE_DIR: temporaryDirectory() })
  expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining('/no/such/cc') })
})

test('the interpreter takes over where there is no compiler, with a warning that -q silences', () => {
  const environment = { RVR_CACHE_DIR: temporaryDirectory(), PATH: '/no/such/directory' }
  const loud = rvr(['run', fibonacci, '--input', 'u64:8', '--json'], environment)
  expect(loud).toMatchObject({ status: 0, stderr: expect.stringContaining('rvr: warning: ') })
  expect(JSON.parse(loud.stdout)).toMatchObject({
    outcome: 'terminated',
    exitCode: 0,
    engine: 'interp',
    cache: { outcome: 'off' },
  })
  expect(rvr(['run', fibonacci, '--input', 'u64:8', '-q'], environment)).toMatchObject({ status: 0, stderr: '' })
  expect(rvr(['run', fibonacci, '--input', 'u64:8', '--tier', 'native'], environment)).toMatchObject({
    status: 3,
    stdout: '',
  })
  expect(rvr(['doctor'], environment)).toMatchObject({ status: 3, stdout: expect.stringContaining('cannot compile') })
})

test('exit statuses', () => {
  expect(exitStatusOfError).toEqual({
    USAGE: 2,
    INPUT_INVALID: 2,
    ELF_INVALID: 2,
    MACHINE_INVALID: 2,
    CONFIG_INVALID: 2,
    IO: 2,
    CACHE_UNSAFE: 2,
    TOOLCHAIN_MISSING: 3,
    COMPILE_FAILED: 3,
    CHECK_DIVERGED: 4,
    ARTIFACT_REFUSED: 5,
    STATE_REFUSED: 5,
    STREAM_INVALID: 5,
    PROOF_INVALID: 5,
    KEY_INVALID: 5,
    ARCHIVE_INVALID: 5,
    DIVERGED: 5,
    UNPROVABLE: 5,
    ABORTED: 130,
    WORKER_FAILED: 70,
    CALLBACK_FAILED: 70,
    DISPOSED: 70,
    INTERNAL: 70,
  })
  expect(exitStatusOfRun({ outcome: 'terminated', exitCode: 0 })).toBe(0)
  expect(exitStatusOfRun({ outcome: 'terminated', exitCode: 9 })).toBe(1)
  expect(exitStatusOfRun({ outcome: 'trapped', exitCode: undefined })).toBe(4)
  expect(exitStatusOfRun({ outcome: 'suspended', exitCode: undefined })).toBe(6)
})
