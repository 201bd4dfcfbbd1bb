/** Output that cannot be written, and guests' text beside the report. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { fixture, messagesOf } from './e2e-support.ts'
import { main } from '../support/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-writing-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A shell's command line in which `rvr` is the command. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RVR_') && name !== 'NODE_OPTIONS'),
  )
  const script = `rvr() { "$NODE" "$MAIN" "$@"; }; ${line}`
  return spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: {
      ...environment,
      NO_COLOR: '1',
      NODE: process.execPath,
      MAIN: main,
      GUEST: fixture('fibonacci'),
      DIR: directory,
    },
  })
}

const interpreted = '--input u64:5 --tier interp --no-cache'

test.each(['--version', 'run --help', 'emit "$GUEST" --stage image', `run "$GUEST" ${interpreted} -q --json`])(
  'stdout-full: rvr %s',
  args => {
    const { status, stderr } = shell(`rvr ${args} > /dev/full`)
    expect(stderr).toMatch(/^rvr: error: cannot write standard output: ENOSPC.*\n {2}hint: .*\n$/)
    expect(status).toBe(2)
  },
)

test('stdout-full: standard error, too', () => {
  expect(shell(`rvr run "$GUEST" ${interpreted} -v 2> /dev/full`)).toMatchObject({
    status: 2,
    stdout: expect.stringContaining('terminated'),
  })
  expect(shell('rvr bogus 2> /dev/full')).toMatchObject({ status: 2, stdout: '' })
})

test('stdout-full: a reader that has gone is no failure that is told', () => {
  const gone = 'exec 4> >(exit 0); wait $!'
  expect(shell(`${gone}; rvr --version >&4; echo $?`)).toMatchObject({ stdout: '141\n', stderr: '' })
  // Messages that nobody reads are no reason to give up the result.
  expect(shell(`${gone}; rvr run "$GUEST" ${interpreted} -v 2>&4; echo $?`)).toMatchObject({
    stdout: expect.stringMatching(/^terminated[^]*\n0\n$/),
    stderr: '',
  })
})

/** A guest of ABI linux that writes `text` and exits with 3. */
function writer(text: string): string {
  const base = 0x200000
  const code = assembler(64, base)
  code
    .op('addi', { rd: 'a0', imm: 1 })
    .op('lui', { rd: 'a1', imm: 0x300000 })
    .op('addi', { rd: 'a2', imm: text.length })
    .op('addi', { rd: 'a7', imm: 64 })
    .op('ecall', {})
    .op('addi', { rd: 'a0', imm: 3 })
    .op('addi', { rd: 'a7', imm: 93 })
    .op('ecall', {})
  const path = join(directory, 'writer.elf')
  writeFileSync(
    path,
    buildElf({
      xlen: 64,
      entry: base,
      segments: [
        { address: base, bytes: code.finish(), flags: 5 },
        { address: 0x300000, bytes: Buffer.from(text), flags: 4 },
      ],
    }),
  )
  return path
}

test('guest-text-runs-into-the-report: the report begins on a line of its own where both go to one place', () => {
  const guest = writer('no end of line')
  const run = `rvr run '${guest}' --abi linux --tier interp --no-cache`
  expect(shell(`${run} > "$DIR/both" 2>&1; echo $?`).stdout).toBe('1\n')
  const both = messagesOf({ stderr: readFileSync(join(directory, 'both'), 'utf8') })
  expect(both).toMatch(/^no end of line\nterminated +exit code 3\n/)
  expect(messagesOf(shell(run))).toBe('no end of line')
  expect(shell(`${run} --save /proc/none/x`).stderr).toMatch(/^rvr: error: /)
})

/**
 * A guest of ABI linux that copies at most 64 bytes of its standard input, says `done` on standard error, and traps or
 * exits with 3.
 */
function copier(traps: boolean): string {
  const base = 0x200000
  const code = assembler(64, base)
  const buffer = 0x300000
  const call = (number: number, fd: number, address: number, length: number): void => {
    code.op('addi', { rd: 'a0', imm: fd }).op('lui', { rd: 'a1', imm: address })
    if (length > 0) code.op('addi', { rd: 'a2', imm: length })
    code.op('addi', { rd: 'a7', imm: number }).op('ecall', {})
  }
  call(63, 0, buffer, 64)
  code.op('addi', { rd: 'a2', rs1: 'a0', imm: 0 })
  call(64, 1, buffer, 0)
  call(64, 2, 0x301000, 4)
  if (traps) code.word(0)
  code.op('addi', { rd: 'a0', imm: 3 }).op('addi', { rd: 'a7', imm: 93 }).op('ecall', {})
  const path = join(directory, `copier-${traps}.elf`)
  const data = [
    { address: buffer, bytes: new Uint8Array(64), flags: 6 },
    { address: 0x301000, bytes: Buffer.from('done'), flags: 4 },
  ]
  writeFileSync(
    path,
    buildElf({ xlen: 64, entry: base, segments: [{ address: base, bytes: code.finish(), flags: 5 }, ...data] }),
  )
  return path
}

test('a linux guest has the streams of the shell where the report goes elsewhere', () => {
  const run = (traps: boolean): string => `rvr run '${copier(traps)}' --abi linux --tier interp --no-cache`
  expect(shell(`printf 'b\\na\\n' | ${run(false)} -q | sort; echo "\${PIPESTATUS[1]}"`)).toMatchObject({
    stdout: 'a\nb\n1\n',
    stderr: 'done',
  })
  expect(shell(`printf text | ${run(false)} --report "$DIR/report.json" --json; echo " $?"`)).toMatchObject({
    stdout: 'text 1\n',
    stderr: 'done',
  })
  expect(JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'))).toMatchObject({
    outcome: 'terminated',
    exitCode: 3,
  })
  // Records are its input, a report on standard output is not mixed with what it prints, and traps are told.
  expect(shell(`printf text | ${run(true)} -q --input utf8:other; echo " $?"`)).toMatchObject({
    stdout: 'other 4\n',
    stderr: expect.stringMatching(/^done\nrvr: trapped, illegal-instruction: .+\n$/),
  })
  expect(shell(`printf text | ${run(false)} -q --json`)).toMatchObject({
    stdout: expect.stringMatching(/^\{.*\}\n$/),
    stderr: 'done',
  })
  expect(shell(`${run(false)} -q --report /proc/none/x`)).toMatchObject({ status: 2, stdout: '' })
})
