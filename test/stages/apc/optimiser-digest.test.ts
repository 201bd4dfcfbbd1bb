/** The digest of the optimiser misses no module that candidates are made by. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { computeOptimiser, optimiserCode } from '../../../src/stages/apc/optimiser-digest.ts'

/** Say nothing about what comes out. */
const SILENT = ['resources.ts', 'errors.ts', 'compiled-code.ts', 'thread-starts.ts']

const text = (path: string): string => readFileSync(new URL(`../../../src/${path}`, import.meta.url), 'utf8')

/** Modules that `path` imports, types left out: they are gone when the code runs. */
function imports(path: string): string[] {
  const found = text(path).matchAll(
    /^import (?!type )[^']*'(\.[^']*)'|\bimport\('(\.[^']*)'\)|^export (?!type )[^']*from '(\.[^']*)'/gm,
  )
  return [...found].map(([, plain, lazy, passed]) => join(dirname(path), plain ?? lazy ?? passed!))
}

test('every module behind generate is in the digest', () => {
  const seen = new Set<string>()
  const waiting = ['apc/candidates/generate.ts', 'apc/candidates/worker.ts', 'apc/candidates/blocks.ts']
  waiting.push('trace/coding.ts', 'program/lifted.ts', 'sdk/apc/profile.ts', 'sdk/apc/profile-input.ts')
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || SILENT.includes(path)) continue
    seen.add(path)
    if (path.endsWith('.ts')) waiting.push(...imports(path))
  }
  expect(seen.size).toBeGreaterThan(60)
  const { files } = optimiserCode()
  expect([...seen].filter(path => files[`code/${path}`] === undefined)).toEqual([])
})

test('it is that of the sources', () => {
  expect(optimiserCode()).toEqual(computeOptimiser())
  expect(optimiserCode().digest).toMatch(/^[0-9a-f]{64}$/)
})
