/** What README and docs/ show in other languages is what it says it is. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { configOf } from '../../src/extensions/config.ts'
import { blocksOf, pages, root, type Block } from './blocks.ts'

const all = pages.flatMap(blocksOf).filter(({ notRun }) => notRun === undefined)
const of = (...languages: string[]): Block[] => all.filter(({ language }) => languages.includes(language))
/** C of docs/codegen.md is generated (generated-code.test.ts). */
const c = of('c').filter(({ page }) => page !== 'docs/codegen.md')
const extension = c.filter(({ page }) => page === 'docs/extensions.md')

test.each(of('json'))('$page, line $line, is JSON', ({ text }) => expect(JSON.parse(text)).toBeTypeOf('object'))

test.each(of('toml'))('$page, line $line, is a configuration', ({ page, text }) => {
  expect(configOf(parse(text), page)).toBeTypeOf('object')
})

/** A page shows an example without its comments and with constants in place. */
const bare = (text: string): string => text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\s+/g, ' ')

test('the C of an extension is the one of the example that the tests run', () => {
  const [, shown] = extension
  const file = readFileSync(join(root, 'cache-fixtures/extensions/crc32/crc32.c'), 'utf8')
  expect(bare(file)).toContain(bare(shown!.text).trim())
})

test.each(c.filter(block => block !== extension[1]))('$page, line $line, is C for a guest', ({ text }) => {
  const args = [
    '--target=riscv64-unknown-elf',
    '-march=rv64im',
    '-fsyntax-only',
    '-Werror',
    `-I${root}/ffi/guest`,
    '-xc',
    '-',
  ]
  const { status, stderr, error } = spawnSync('clang-22', args, { input: text, encoding: 'utf8' })
  if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test.each(of('air'))('$page, line $line, is an excerpt of AIRs that are shipped', ({ text }) => {
  const files = globSync('src/{air,extensions}/**/*.air', { cwd: root }).map(path =>
    readFileSync(join(root, path), 'utf8').split('\n'),
  )
  const lines = text.trimEnd().split('\n')
  expect(files.some(file => lines.every(line => file.includes(line)))).toBe(true)
})

test.each(of('rust'))('$page, line $line, is an excerpt of a guest that the tests run', ({ text }) => {
  const guest = readFileSync(join(root, 'cache-fixtures/guests/rust/pull-rust/src/main.rs'), 'utf8').split('\n')
  expect(
    text
      .trimEnd()
      .split('\n')
      .filter(line => !guest.includes(line)),
  ).toEqual([])
})

test('every language of a block is one that is tested', () => {
  const tested = new Set(['sh', 'ts', '', 'json', 'toml', 'c', 'air', 'rust'])
  expect(all.filter(({ language }) => !tested.has(language)).map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

test('what a terminal shows begins with its command', () => {
  const shown = all.filter(({ language, text }) => language === '' && !text.startsWith('$ '))
  expect(shown.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})
