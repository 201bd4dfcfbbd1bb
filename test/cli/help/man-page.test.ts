/** The manual page has every command and option, and roff has nothing to say about it. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Command } from 'commander'
import { manPage } from '../../../src/cli/help/man-page.ts'
import { buildProgram } from '../../../src/cli/program.ts'

const program = await buildProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  finish: () => {},
})
const page = manPage(program)
const plain = page.replaceAll('\\-', '-').replaceAll(/\\f[BR]/g, '')

test('every command and option stands in it', () => {
  const leaves = (command: Command, path: string): [string, Command][] =>
    command.commands.length === 0
      ? [[path, command]]
      : command.commands.flatMap(sub => leaves(sub, `${path} ${sub.name()}`.trim()))
  for (const [path, command] of leaves(program, '')) {
    expect(plain).toContain(`.SS ${path} `)
    for (const option of command.createHelp().visibleOptions(command)) expect(plain).toContain(`\n${option.flags}\n`)
  }
  expect(plain).toContain('$ rvr run fibonacci.elf --input u64:800000')
})

const hasGroff = spawnSync('groff', ['--version']).status === 0
test.skipIf(!hasGroff)('groff formats it without a warning', () => {
  const { status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Kutf8', '-Tutf8'], {
    input: page,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('stop after exactly this many instructions')
})
