/** docs/environment.md has every variable that rvr reads, and no other of rvr's. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/environment.md', root), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root.pathname })
  .map(path => readFileSync(new URL(path, root), 'utf8'))
  .join('\n')

/**
 * `environment['NAME']`, `process.env['NAME']`, `from['NAME']`; and the remote cache's, whose names are put together.
 */
function read(): Set<string> {
  const direct = [...sources.matchAll(/\b(?:environment|env|from)\['([A-Z_]+)'\]/g)].map(([, name]) => name!)
  const remote = [...sources.matchAll(/\bvariable\('([A-Z_]+)'\)/g)].map(([, name]) => `RVR_REMOTE_CACHE_${name}`)
  const numbers = [...sources.matchAll(/numberFrom\(environment, '([A-Z_]+)'/g)].map(([, name]) => name!)
  return new Set([...direct, ...remote, ...numbers])
}

test('every variable that is read stands there', () => {
  const names = [...read()]
  expect(names).toContain('RVR_CACHE_DIR')
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([])
})

test('what stands there is read', () => {
  const named = [...page.matchAll(/`(RVR_[A-Z_]+)`/g)].map(([, name]) => name!)
  const names = read()
  expect(named.filter(name => !names.has(name))).toEqual([])
})
