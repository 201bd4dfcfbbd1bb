/** Whatever comments and pages cite is there: the file, and the section in it. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './blocks.ts'
import { citedInCode, citedInPage, isFound, sectionsOf, type Citation } from './citations.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const found = (...patterns: string[]): string[] => globSync(patterns, { cwd: root }).toSorted()

/** `where: what` of citations that lead nowhere. */
const lost = (path: string, citations: readonly Citation[]): string[] =>
  citations.filter(citation => !isFound(citation)).map(({ file, section = '' }) => `${path}: ${file} ${section}`)

test('comments cite files and sections that exist', () => {
  const code = found('{src,ffi,templates,test}/**/*.{ts,c,h}').filter(path => !path.startsWith('test/docs/citations'))
  expect(code.length).toBeGreaterThan(300)
  expect(code.flatMap(path => lost(path, citedInCode(read(path))))).toEqual([])
})

test('pages link to files and sections that exist', () => {
  const pages = found('*.md', 'docs/*.md', 'cache-fixtures/**/*.md')
  expect(pages).toContain('docs/guest-abi.md')
  expect(pages.flatMap(path => lost(path, citedInPage(path, read(path))))).toEqual([])
})

describe('what is cited', () => {
  test.each([
    ['/** As docs/guest-abi.md says. */', { file: 'docs/guest-abi.md' }],
    ['// docs/guest-abi.md, "Traps"', { file: 'docs/guest-abi.md', section: 'Traps' }],
    [
      '/**\n * See docs/guest-abi.md, "Memory\n * and registers".\n */',
      { file: 'docs/guest-abi.md', section: 'Memory and registers' },
    ],
    ['/* docs/guest-abi.md#traps */', { file: 'docs/guest-abi.md', section: '#traps' }],
  ])('%s', (source, citation) => {
    expect(citedInCode(source)[0]).toEqual(citation)
    expect(isFound(citation)).toBe(true)
  })

  test('strings name pages, code does not cite', () => {
    expect(citedInCode(`const hint = 'docs/none.md has it.', other = 'none.md'`)).toEqual([{ file: 'docs/none.md' }])
  })

  test('links, from where the page lies', () => {
    const content =
      '[a](cost.md) [b](../README.md#measured) ([c](cache.md), "Keys") [d](#here) [e](https://x.org/y.md)\n```\n[f](g.md)\n```\n'
    expect(citedInPage('docs/page.md', content)).toEqual([
      { file: 'docs/cost.md' },
      { file: 'README.md', section: '#measured' },
      { file: 'docs/cache.md', section: 'Keys' },
      { file: 'docs/page.md', section: '#here' },
    ])
  })

  test('sections are headings, not lines of code', () => {
    const sections = sectionsOf('# One & `two`\n```\n# three\n```\n## rvr.toml\n')
    expect([...sections]).toEqual(['One & `two`', 'One & two', '#one--two', 'rvr.toml', '#rvrtoml'])
  })
})

test.each([
  ['a page', { file: 'docs/none.md' }],
  ['a section', { file: 'docs/guest-abi.md', section: 'No such section' }],
  ['an anchor', { file: 'docs/guest-abi.md', section: '#no-such-section' }],
  ['a page without its folder', { file: 'guest-abi.md' }],
])('%s that is not there is not found', (_, citation) => expect(isFound(citation)).toBe(false))
