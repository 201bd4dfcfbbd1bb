/** rvr.toml: options that are always the same, weaker than the command line and the environment, stronger than defaults. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import type { Command } from 'commander'
import { buildProgram } from '../../../src/cli/program.ts'
import { projectFile } from '../../../src/cli/project/file.ts'
import { projectKeys } from '../../../src/cli/project/keys.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-project-'))
const path = join(directory, 'rvr.toml')
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(() => {
  vi.unstubAllEnvs()
  for (const { variable } of Object.values(projectKeys)) if (variable !== undefined) vi.stubEnv(variable, undefined)
})

const { signal } = new AbortController()
const program = (): Promise<Command> =>
  buildProgram({ stdout: { write: () => true }, stderr: { write: () => true }, signal, finish: () => {} })

/** The options that a command acts with. */
async function optionsOf(content: string, ...args: string[]): Promise<Record<string, unknown>> {
  writeFileSync(path, content)
  const all = await program()
  let command = all.commands.find(candidate => candidate.name() === args[0])!
  if (command.commands.length > 0) command = command.commands.find(candidate => candidate.name() === args[1])!
  command.action(() => {})
  await all.parseAsync([...args, '--project', path], { from: 'user' })
  return command.opts()
}

const errorOf = (content: string, ...args: string[]): Promise<unknown> =>
  optionsOf(content, ...args).then(
    () => undefined,
    (error: unknown) => error,
  )

test('every key is an option of some command', async () => {
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
  const known = new Set(
    leaves(await program()).flatMap(command => command.options.map(option => option.long!.replace(/^--(no-)?/, ''))),
  )
  expect(Object.keys(projectKeys).filter(key => !known.has(key))).toEqual([])
})

test("values are read as on the command line, and a command's own table says more", async () => {
  const content =
    'mode = "metered"\ntimeout = "30s"\nmax-memory = "8GiB"\ncache-dir = "cache"\nextension = ["a", "/b"]\njobs = 3\nquiet = true\n[run]\nmode = "metered-cost"\n[cache.stats]\ncache-dir = "other"\n'
  expect(await optionsOf(content, 'run', 'g')).toMatchObject({
    mode: 'metered-cost',
    timeout: 30_000,
    cacheDir: join(directory, 'cache'),
    extension: [join(directory, 'a'), '/b'],
    jobs: 3,
    quiet: true,
  })
  expect(await optionsOf(content, 'run', 'g')).not.toHaveProperty('maxMemory')
  expect(await optionsOf(content, 'compile', 'g')).toMatchObject({ mode: ['metered'], jobs: 3 })
  expect(await optionsOf(content, 'cost', 'g')).toMatchObject({ maxMemory: 8 * 2 ** 30 })
  expect(await optionsOf(content, 'cache', 'stats')).toMatchObject({ cacheDir: join(directory, 'other') })
  expect(await optionsOf('cache = false\nremote-cache = false\n', 'run', 'g')).toMatchObject({
    cache: false,
    remoteCache: false,
  })
  expect(await optionsOf('cc = "tools/cc"\n', 'run', 'g')).toMatchObject({ cc: join(directory, 'tools/cc') })
  expect(await optionsOf('cc = "clang"\n', 'run', 'g')).toMatchObject({ cc: 'clang' })
})

test('flag, environment, rvr.toml, default', async () => {
  const content = 'cc = "file"\ntier = "interp"\n'
  expect(await optionsOf(content, 'run', 'g', '--cc', 'flag')).toMatchObject({
    cc: 'flag',
    tier: 'interp',
    abi: 'openvm',
  })
  vi.stubEnv('RVR_CC', 'environment')
  expect((await optionsOf(content, 'run', 'g'))['cc']).toBeUndefined()
})

test('what the command line says of something else wins too', async () => {
  expect(
    await optionsOf(
      'quiet = true\nmode = "pure"\ntier = "interp"\n',
      'run',
      'g',
      '-v',
      '--profile-out',
      'x',
      '--check',
    ),
  ).not.toMatchObject({ quiet: true })
  expect(await optionsOf('mode = "pure"\nabi = "linux"\nseed = 1\n', 'run', 'g', '--resume', 'x')).toEqual(
    await optionsOf('', 'run', 'g', '--resume', 'x'),
  )
  expect(await optionsOf('cache-dir = "c"\n', 'run', 'g', '--no-cache')).not.toHaveProperty('cacheDir')
  expect(await optionsOf('config = "c"\n', 'run', 'g', '--abi', 'linux')).not.toHaveProperty('config')
})

test.each([
  ['mdoe = "pure"', { field: 'mdoe', nearest: 'mode' }, /there is no option mdoe/],
  ['[rum]\nmode = "pure"', { field: 'rum', nearest: 'run' }, /there is no command rum/],
  ['[doctor]\nmode = "pure"', { field: 'doctor.mode' }, /there is no option doctor.mode/],
  ['input = "u64:1"', { field: 'input' }, /there is no option input/],
  ['mode = "fast"', { field: 'mode' }, /mode: .*pure/],
  ['mode = ["pure", "metered"]', { field: 'mode' }, /wanted one value/],
  ['jobs = 1.5', { field: 'jobs' }, /jobs: /],
  ['quiet = 1', { field: 'quiet' }, /wanted true or false/],
  ['timeout = 1979-05-27', { field: 'timeout' }, /wanted a text or a number/],
  ['mode =', {}, /no TOML/],
])('%s is refused', async (content, details, message) => {
  expect(await errorOf(content, 'run', 'g')).toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(message),
    hint: expect.any(String),
    details: { path, ...details },
  })
})

test('a value is refused as its option refuses it, under the name of the key', async () => {
  expect(await errorOf('timeout = "30"', 'run', 'g')).toMatchObject({
    message: `project file ${path}: timeout: "30" is not a duration`,
    hint: 'Write a number and a unit: 500ms, 30s, 2m, 1h.',
  })
  expect(await errorOf('mode = "fast"', 'run', 'g')).toMatchObject({
    message: expect.stringContaining(`${path}: mode: `),
    hint: expect.stringContaining('docs/cli.md'),
  })
})

test('it is searched upward; --project, --no-project and RVR_PROJECT come first', async () => {
  const below = join(directory, 'a/b')
  const named = join(directory, 'named.toml')
  const where = { environment: {}, directory: below, signal }
  mkdirSync(below, { recursive: true })
  writeFileSync(path, '')
  writeFileSync(named, '')
  expect(await projectFile(undefined, where)).toMatchObject({ path, isFound: true })
  expect(await projectFile('../../named.toml', where)).toMatchObject({ path: named, isFound: false })
  expect(await projectFile(undefined, { ...where, environment: { RVR_PROJECT: named } })).toMatchObject({
    path: named,
    isFound: false,
  })
  for (const none of [
    projectFile(false, where),
    projectFile(undefined, { ...where, environment: { RVR_PROJECT: '' } }),
  ])
    expect(await none).toBeUndefined()
  await expect(projectFile('missing.toml', where)).rejects.toMatchObject({ code: 'IO' })
})

test('a file that anybody may write counts only when it is named', async () => {
  const open = join(directory, 'open')
  const file = join(open, 'rvr.toml')
  const where = { environment: {}, directory: open, signal }
  mkdirSync(open)
  writeFileSync(file, '')
  chmodSync(file, 0o666)
  await expect(projectFile(undefined, where)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(file),
    hint: expect.stringContaining('--no-project'),
  })
  if (process.getuid?.() === 0) {
    chmodSync(file, 0o644)
    chownSync(file, 12_345, 12_345)
    await expect(projectFile(undefined, where)).rejects.toMatchObject({ code: 'USAGE' })
  }
  expect(await projectFile(file, where)).toMatchObject({ path: file })
})
