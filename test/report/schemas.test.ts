/** The JSON Schema files of docs/schemas: what every command prints fits the one of its name, and has no key that it does not know. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Command } from 'commander'
import { afterAll, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { asRvrError, writeError } from '../../src/cli/output/messages.ts'
import type { Shell } from '../../src/cli/shell.ts'
import { smallBlock } from '../apc/small-block.ts'
import { quickCompiler } from '../cli/e2e-support.ts'

const folder = new URL('../../docs/schemas/', import.meta.url)
const names = readdirSync(folder)
  .map(file => file.replace(/\.json$/, ''))
  // Parts, and a file that no command prints as its answer.
  .filter(name => name !== 'common' && name !== 'guest-profile')
const schema = (name: string): AnySchemaObject =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as AnySchemaObject

/**
 * New keys may be added to what is printed, so schemas allow any; here each has to be described. `isPart`: what
 * includes it adds keys of its own.
 */
function closed(value: unknown, isPart = false): unknown {
  if (Array.isArray(value)) return value.map(item => closed(item))
  if (typeof value !== 'object' || value === null) return value
  const parts = Object.entries(value).map(([key, item]) => {
    if (key === '$defs' || key === 'properties')
      return [
        key,
        Object.fromEntries(
          Object.entries(item as object).map(([name, inner]) => [name, closed(inner, name.endsWith('Facts'))]),
        ),
      ]
    return [key, closed(item)]
  })
  const result = Object.fromEntries(parts) as Record<string, unknown>
  if (result['properties'] !== undefined && result['additionalProperties'] === undefined && !isPart)
    result['unevaluatedProperties'] = false
  return result
}

function validators(prepare: (value: AnySchemaObject) => AnySchemaObject): (name: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  for (const name of ['common', ...names]) ajv.addSchema(prepare(schema(name)), `${name}.json`)
  return name => ajv.getSchema(`${name}.json`)!
}
const open = validators(value => value)
const strict = validators(value => closed(value) as AnySchemaObject)

// Nothing that is printed depends on it but the path.
process.env['RVR_CC'] = quickCompiler
const directory = mkdtempSync(join(tmpdir(), 'rvr-schemas-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const file = (name: string): string => join(directory, name)
const guest = (name: string): string =>
  new URL(`../../cache-fixtures/guests/elf/${name}.rv64.elf`, import.meta.url).pathname
const fibonacci = guest('fibonacci')
const small = guest('fibonacci').replace('rv64', 'rv32')
const traps = guest('traps')
const vectorPath = (name: string): string => new URL(`../archive/vectors/${name}`, import.meta.url).pathname
const block = file('block.json')
writeFileSync(block, smallBlock)

/** What a command prints with --json, in this process. */
async function printed(args: readonly string[]): Promise<unknown> {
  let text = ''
  const stdout = {
    write: (part: string | Uint8Array) => {
      text += String(part)
      return true
    },
  }
  const stderr = { write: () => true }
  const shell = { stdout, stderr, signal: new AbortController().signal, finish: () => {} } as unknown as Shell
  try {
    await (await buildProgram(shell)).parseAsync([...args, '--json'], { from: 'user' })
  } catch (error) {
    writeError(asRvrError(error), { stdout, stderr }, true)
  }
  return JSON.parse(text)
}

const here = ['--cache-dir', file('cache')]
const interp = ['--tier', 'interp', '-q']

const pull = guest('pull')
/** It pulls the item of kind 1 and key 7. */
const pulling = ['--input', 'hex:0100000007000000', ...interp]
function store(): string {
  mkdirSync(file('items'), { recursive: true })
  writeFileSync(file('items/1-07000000'), 'an item')
  return file('items')
}

/** In this order: later commands find in the cache what earlier ones have put there. */
const cases: readonly (readonly [name: string, args: () => readonly string[]])[] = [
  ['compile', () => ['compile', fibonacci, '-q', ...here]],
  ['compile', () => ['compile', fibonacci, '/no/such.elf', '-q', ...here]],
  ['run', () => ['run', fibonacci, '--input', 'u64:10', '-q', ...here]],
  [
    'run',
    () => [
      'run',
      fibonacci,
      '--input',
      'u64:10',
      '--mode',
      'metered',
      '--dump-registers',
      '--dump-memory',
      '0,8',
      ...interp,
    ],
  ],
  [
    'run',
    () => [
      'run',
      fibonacci,
      '--input',
      'u64:9999',
      '--mode',
      'metered',
      '--max-instructions',
      '5000',
      '--max-trace-height',
      '1024',
      '--save',
      file('part.run'),
      ...interp,
    ],
  ],
  ['run', () => ['run', fibonacci, '--input', 'u64:10', '--profile-out', file('x.profile'), ...interp]],
  [
    'shards',
    () => [
      'shards',
      fibonacci,
      '--input',
      'u64:100',
      '--shards',
      '3',
      '--word-cost',
      '5',
      '--compare',
      fibonacci,
      ...interp,
    ],
  ],
  ['run', () => ['run', traps, '--input', 'hex:01', '--mode', 'metered-cost', ...interp]],
  [
    'cost',
    () => ['cost', fibonacci, '--input', 'u64:10', '--by', 'function', '--save-base', file('base.json'), ...interp],
  ],
  [
    'cost',
    () => [
      'cost',
      fibonacci,
      '--input',
      'u64:20',
      '--by',
      'opcode',
      '--base',
      file('base.json'),
      '--threshold',
      '5%',
      ...interp,
    ],
  ],
  ...['function', 'line', 'instruction', 'call'].map(
    by =>
      [
        'profile',
        () => ['profile', fibonacci, '--input', 'u64:10', '--by', by, '-o', file('profile.json'), ...interp],
      ] as const,
  ),
  [
    'profile',
    () => [
      'profile',
      fibonacci,
      '--input',
      'u64:20',
      '--by',
      'step',
      '--base',
      file('profile.json'),
      '--threshold',
      '5%',
      '--max-instructions',
      '50',
      '--save',
      file('profiled.run'),
      ...interp,
    ],
  ],
  [
    'trace',
    () => ['trace', fibonacci, '--input', 'u64:3', '--check', '-o', file('0.segment'), '--segment', '0', ...interp],
  ],
  [
    'apc-prove',
    () => [
      'apc',
      'prove',
      fibonacci,
      '--autoprecompiles',
      '1',
      '--pgo',
      'none',
      '--input',
      'u64:3',
      '--mock',
      ...interp,
    ],
  ],
  ...['image', 'ir', 'cfg', 'plan', 'c'].map(stage => ['emit', () => ['emit', traps, '--stage', stage]] as const),
  ['emit', () => ['emit', traps, '--stage', 'c', '-o', file('emitted')]],
  ['inspect', () => ['inspect', traps]],
  ['inspect', () => ['inspect', keyOf('artifact')]],
  ['inspect', () => ['inspect', vectorPath('relay.traces')]],
  ['inspect', () => ['inspect', vectorPath('squares.test.proof')]],
  ['inspect', () => ['inspect', vectorPath('squares.test.vkey')]],
  ['inspect', () => ['inspect', vectorPath('squares.test.proof'), '--key', vectorPath('squares.test.vkey')]],
  ['inspect', () => ['inspect', file('profiled.run')]],
  ['vkey', () => ['vkey', small, '--set', 'test', '-o', file('small.vkey')]],
  ['prove', () => ['prove', small, '--input', 'u64:3', '--set', 'test', '-o', file('proofs'), ...interp]],
  ['inspect', () => ['inspect', file('proofs/public-values.opening')]],
  ['verify', () => ['verify', vectorPath('squares.test.proof'), '--key', vectorPath('squares.test.vkey')]],
  ['inspect', () => ['inspect', '--airs']],
  ['inspect', () => ['inspect', '--airs', 'HintStore', '--xlen', '32']],
  ['stream-record', () => ['stream', 'record', pull, '--store', store(), '-o', file('order.json'), ...pulling]],
  ['stream-record', () => ['stream', 'record', pull, '--store', store(), '-o', file('no.json'), ...interp]],
  ['stream-emit', () => ['stream', 'emit', file('order.json'), '--store', store(), '-o', file('items.stream'), '-q']],
  ['run', () => ['run', pull, '--stream', file('items.stream'), ...pulling]],
  ['run', () => ['run', pull, '--stream', file('items.stream'), '--input', 'hex:0100000008000000', ...interp]],
  [
    'apc-setup',
    () => ['apc', 'setup', fibonacci, '--autoprecompiles', '2', '-o', file('machine.json.gz'), '-q', ...here],
  ],
  [
    'apc-execute',
    () => ['apc', 'execute', fibonacci, '--autoprecompiles', '2', '--input', 'u64:9', ...here, ...interp],
  ],
  ['apc-generate', () => ['apc', 'generate', fibonacci, '--profile-input', 'u64:3']],
  ['apc-select', () => ['apc', 'select', fibonacci, '--profile-input', 'u64:3', '--autoprecompiles', '2']],
  ['apc-analyze', () => ['apc', 'analyze', fibonacci, '--profile-input', 'u64:3', '--top', '2']],
  ['apc-optimize', () => ['apc', 'optimize', block]],
  ['cache-stats', () => ['cache', 'stats', ...here]],
  ['cache-ls', () => ['cache', 'ls', ...here]],
  ['cache-show', () => ['cache', 'show', keyOf('key'), ...here]],
  ['cache-verify', () => ['cache', 'verify', ...here]],
  ['cache-explain', () => ['cache', 'explain', fibonacci, ...here]],
  ['cache-explain', () => ['cache', 'explain', fibonacci, '--mode', 'metered', ...here]],
  ['cache-export', () => ['cache', 'export', keyOf('key'), '-o', file('entry.rvr'), ...here]],
  ['cache-import', () => ['cache', 'import', file('entry.rvr'), ...here]],
  ['cache-prune', () => ['cache', 'prune', '--max-size', '1', ...here]],
  ['cache-clear', () => ['cache', 'clear', ...here]],
  ['doctor', () => ['doctor', ...here]],
  ['completions', () => ['completions', 'bash']],
  ['error', () => ['run', '/no/such.elf']],
  ['error', () => ['run', fibonacci, '--input', 'u16:3']],
]

/** Of the first compile. */
const compiled: { artifact: string; cache: { key: string } } = { artifact: '', cache: { key: '' } }
const keyOf = (what: 'artifact' | 'key'): string => (what === 'key' ? compiled.cache.key : compiled.artifact)

test('wish 4: every command prints what its schema says', { timeout: 120_000 }, async () => {
  for (const [name, args] of cases) {
    const given = args()
    const json = await printed(given)
    if (compiled.artifact === '') Object.assign(compiled, json)
    for (const validate of [open(name), strict(name)])
      expect(
        validate(json)
          ? []
          : validate.errors!.map(
              ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
            ),
        `${given.join(' ')}\n${JSON.stringify(json).slice(0, 500)}`,
      ).toEqual([])
    if (name !== 'error') expect(json, given.join(' ')).not.toHaveProperty('error')
  }
})

test('a schema for every command, and a case for every schema', async () => {
  const program = await buildProgram({
    stdout: process.stdout,
    stderr: process.stderr,
    signal: new AbortController().signal,
    finish: () => {},
  })
  const leaves = (command: Command, path: readonly string[]): string[] =>
    command.commands.length === 0
      ? [path.join('-')]
      : command.commands.flatMap(sub => leaves(sub, [...path, sub.name()]))
  // help prints what --help does.
  expect([...leaves(program, []).filter(name => name !== 'help'), 'error'].toSorted()).toEqual(names.toSorted())
  expect([...new Set(cases.map(([name]) => name))].toSorted()).toEqual(names.toSorted())
})

test('what is wrong is refused', () => {
  const run = {
    outcome: 'terminated',
    mode: 'pure',
    engine: 'native',
    instret: 1,
    publicValues: '00',
    cache: { outcome: 'off' },
    timing: {},
  }
  expect(open('run')({ ...run, more: 1 })).toBe(true)
  expect(strict('run')({ ...run, more: 1 })).toBe(false)
  for (const wrong of [
    { ...run, outcome: 'done' },
    { ...run, instret: -1.5 },
    { ...run, publicValues: '0' },
    { ...run, exitCode: 256 },
    { mode: 'pure' },
  ])
    expect(open('run')(wrong)).toBe(false)
})
