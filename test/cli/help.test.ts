/** The help text of every command, frozen. Run with UPDATE_GOLDEN=1 to accept a change. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program.ts'
import { inProcess } from './in-process.ts'
import { rvr } from './spawn.ts'

const golden = new URL('golden/', import.meta.url)
const program = await buildProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  finish: () => {},
})

function paths(command: Command, before: readonly string[]): string[][] {
  return [[...before], ...command.commands.flatMap(sub => paths(sub, [...before, sub.name()]))]
}
const all = paths(program, [])
const fileOf = (path: readonly string[]): string => `${['rvr', ...path].join('-')}.txt`

test.each(all.map(path => [path.join(' '), path] as const))('rvr %s --help', async (_name, path) => {
  const { status, stdout, stderr } = await inProcess([...path, '--help'])
  const file = new URL(fileOf(path), golden)
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, stdout)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
  expect(stdout).toMatch(/Examples?:\n {2}\$ rvr/)
})

test('rvr help COMMAND prints what its --help does', () => {
  expect(rvr(['help', 'cache', 'prune'])).toEqual({
    status: 0,
    stderr: '',
    stdout: readFileSync(new URL('rvr-cache-prune.txt', golden), 'utf8'),
  })
  expect(rvr(['help'])).toMatchObject({ status: 0, stdout: readFileSync(new URL('rvr.txt', golden), 'utf8') })
  expect(rvr(['help', 'bogus'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(`unknown command 'bogus'`),
  })
})

test('no golden file is left over', () => {
  expect(readdirSync(golden).toSorted()).toEqual(all.map(fileOf).toSorted())
})

test('every command that does something knows --json', () => {
  const without = all.filter(path => {
    const command = path.reduce<Command>((at, name) => at.commands.find(sub => sub.name() === name)!, program)
    return !command.options.some(option => option.long === '--json')
  })
  expect(without).toEqual([[], ['apc'], ['stream'], ['cache'], ['help']])
})
