/** Output that cannot be written, and guests' text beside the report. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { fixture } from './e2e-support.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'rvr-writing-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A shell's command line in which `rvr` is the command. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RVR_') && name !== 'NODE_OPTIONS'))
  const script = `rvr() { "$NODE" "$MAIN" "$@"; }; ${line}`
  return spawnSync('bash', ['-c', script], { encoding: 'utf8', env: { ...environment, NO_COLOR: '1', NODE: process.execPath, MAIN: main, GUEST: fixture('fibonacci'), DIR: directory } })
}

const interpreted = '--input u64:5 --tier interp --no-cache'

test.each(['--version', 'run --help', 'emit "$GUEST" --stage image', `run "$GUEST" ${interpreted} -q --json`])('stdout-full: rvr %s', args => {
  const { status, stderr } = shell(`rvr ${args} > /dev/full`)
  expect(stderr).toMatch(/^rvr: error: cannot write standard output: ENOSPC.*\n {2}hint: .*\n$/)
  expect(status).toBe(2)
})

test('stdout-full: standard error, too', () => {
  expect(shell(`rvr run "$GUEST" ${interpreted} -v 2> /dev/full`)).toMatchObject({ status: 2, stdout: expect.stringContaining('terminated') })
  expect(shell('rvr bogus 2> /dev/full')).toMatchObject({ status: 2, stdout: '' })
})

test('stdout-full: a reader that has gone is no failure that is told', () => {
  const gone = 'exec 4> >(exit 0); wait $!'
  expect(shell(`${gone}; rvr --version >&4; echo $?`)).toMatchObject({ stdout: '141\n', stderr: '' })
  // Messages that nobody reads are no reason to give up the result.
  expect(shell(`${gone}; rvr run "$GUEST" ${interpreted} -v 2>&4; echo $?`)).toMatchObject({ stdout: expect.stringMatching(/^terminated[^]*\n0\n$/), stderr: '' })
})

/** A guest of ABI linux that writes `text` and exits with 3. */
function writer(text: string): string {
  const base = 0x200000, code = assembler(64, base)
  code.op('addi', { rd: 'a0', imm: 1 })
    .op('lui', { rd: 'a1', imm: 0x300000 })
    .op('addi', { rd: 'a2', imm: text.length }).op('addi', { rd: 'a7', imm: 64 }).op('ecall', {})
    .op('addi', { rd: 'a0', imm: 3 }).op('addi', { rd: 'a7', imm: 93 }).op('ecall', {})
  const path = join(directory, 'writer.elf')
  writeFileSync(path, buildElf({ xlen: 64, entry: base, segments: [{ address: base, bytes: code.finish(), flags: 5 }, { address: 0x300000, bytes: Buffer.from(text), flags: 4 }] }))
  return path
}

test('guest-text-runs-into-the-report: the report begins on a line of its own where both go to one place', () => {
  const guest = writer('no end of line')
  const run = `rvr run '${guest}' --abi linux --tier interp --no-cache`
  expect(shell(`${run} > "$DIR/both" 2>&1; echo $?`).stdout).toBe('1\n')
  expect(readFileSync(join(directory, 'both'), 'utf8')).toMatch(/^no end of line\nterminated +exit code 3\n/)
  expect(shell(run).stderr).toBe('no end of line')
  expect(shell(`${run} --save /proc/none/x`).stderr).toMatch(/^rvr: error: /)
})
