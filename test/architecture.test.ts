/** The rules that ARCHITECTURE.md states, held by machine: imports go left only, files are short and say what they are. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import type { AbiName } from '../src/extensions/abi.ts'
import { abiNames } from '../src/extensions/registry.ts'
import { modes } from '../src/modes/registry.ts'

/** Left to right: a file may import from its own place and from every place before it. */
const order = [
  'resources',
  'koffi',
  'page',
  'thread-starts',
  'hex',
  'errors',
  'events',
  'callbacks',
  'accept',
  'environment',
  'version',
  'files',
  'elf',
  'air',
  'archive',
  'isa',
  'program',
  'profile',
  'analysis',
  'layout',
  'stark',
  'machine',
  'modes',
  'codegen',
  'extensions',
  'interp',
  'toolchain',
  'store',
  'compiled-code',
  'load',
  'run',
  'apc',
  'stages',
  'pipeline',
  'trace',
  'proofs',
  'guest-profile',
  'shards',
  'streams',
  'sdk',
  'gdb',
  'index',
  'report',
  'cli',
  'build',
]
/** elf/image.ts names the register width and isa/row.ts the instruction: vocabulary of all stages. */
const vocabulary = new Set(['program/trap.ts', 'program/hart.ts', 'program/program.ts', 'program/access.ts'])

const files = globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url).pathname })
  .map(path => path.slice('src/'.length))
  .toSorted()
const text = (path: string): string => readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8')
const place = (path: string): string => path.split('/')[0]!.replace(/\.ts$/, '')

test('every place has its rank', () => {
  expect(files.length).toBeGreaterThan(50)
  expect([...new Set(files.map(place))].filter(name => !order.includes(name))).toEqual([])
})

test('imports go left only', () => {
  const wrong: string[] = []
  for (const path of files) {
    for (const [, plain, lazy] of text(path).matchAll(/from '(\.[^']*)'|import\('(\.[^']*)'\)/g)) {
      const target = plain ?? lazy
      if (target === undefined || !target.endsWith('.ts')) continue
      const imported = join(dirname(path), target)
      if (!vocabulary.has(imported) && order.indexOf(place(imported)) > order.indexOf(place(path)))
        wrong.push(`${path} imports ${imported}`)
    }
  }
  expect(wrong).toEqual([])
})

test('files are short and begin with one sentence', () => {
  const long = files.filter(path => text(path).split('\n').length > 300)
  expect(long).toEqual([])
  const silent = files.filter(path => !/^(#!.*\n)?\/\*\* .+ \*\/\n/.test(text(path)))
  expect(silent).toEqual([])
})

test('koffi is used where native code and its memory come from and where a lock needs the operating system, nowhere else', () => {
  const users = files.filter(path => /(from |import\()'(koffi|(\.\.\/)+koffi\.ts)'/.test(text(path)))
  expect(users).toEqual([
    'koffi.ts',
    'load/host-memory.ts',
    'load/library.ts',
    'load/native-library.ts',
    'load/trace-engine.ts',
    'store/lock.ts',
  ])
})

/** Questions for one of `names`: comparisons, cases, members of a list. Other uses of the words are none. */
const asks = (names: readonly string[]): RegExp =>
  new RegExp(`[!=]== '(${names.join('|')})'|case '(${names.join('|')})'|modeNamed\\('(${names.join('|')})'\\)`)

test('nobody asks for a mode by name but the modes and the command line', () => {
  const names = modes.map(({ name }) => name)
  expect(names.length).toBeGreaterThan(3)
  const askers = files.filter(path => !/^(modes|cli)\//.test(path) && asks(names).test(text(path)))
  expect(askers).toEqual([])
})

test('nobody asks for an extension by name but the extensions', () => {
  const names = globSync('src/extensions/*/', { cwd: new URL('..', import.meta.url).pathname })
    .map(path => path.split('/').at(-1)!)
    .filter(name => !abiNames.includes(name as AbiName))
  expect(names).toEqual(expect.arrayContaining(['keccak', 'sha2', 'int256', 'modular', 'pairing']))
  const askers = files.filter(path => !path.startsWith('extensions/') && asks(names).test(text(path)))
  expect(askers).toEqual([])
})

test('what an instruction does is asked by its operation, not by its name', () => {
  expect(files.filter(path => /\brow\.name [!=]== ['"`]/.test(text(path)))).toEqual([])
})

test('lines end before 120 columns, strings and comments too', () => {
  const wide = files.flatMap(path =>
    text(path)
      .split('\n')
      .flatMap((line, index) => (line.length > 120 ? [`${path}:${index + 1}`] : [])),
  )
  expect(wide).toEqual([])
})
