/** The digest of the code generator misses no module that generating or compiling a project needs. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { generatorFiles } from '../../../../src/stages/library/generator-digest.ts'

/** Say nothing about what is generated: errors, events, where threads begin; the version is a part of the input key. */
const SILENT = ['resources.ts', 'errors.ts', 'events.ts', 'thread-starts.ts', 'version.ts']
/** What the pipeline does beside generating: reading and writing users' files, storing, loading, running. */
const BESIDE = /^(files\/|store\/(?!digest)|load\/(?!abi-version)|run\/)/

const text = (path: string): string => readFileSync(new URL(`../../../../src/${path}`, import.meta.url), 'utf8')

/** Modules that `path` imports, types left out: they are gone when the code runs. */
function imports(path: string): string[] {
  const found = text(path).matchAll(
    /^import (?!type )[^']*'(\.[^']*)'|\bimport\('(\.[^']*)'\)|^export [^']*from '(\.[^']*)'/gm,
  )
  return [...found].map(([, plain, lazy, passed]) => join(dirname(path), plain ?? lazy ?? passed!))
}

test('every module behind the pipeline is in the digest', () => {
  const seen = new Set<string>()
  const waiting = ['pipeline.ts', 'extensions/own.ts', 'machine/load.ts']
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || SILENT.includes(path) || BESIDE.test(path)) continue
    seen.add(path)
    if (path.endsWith('.ts')) waiting.push(...imports(path))
  }
  expect(seen.size).toBeGreaterThan(80)
  const digested = generatorFiles()
  expect([...seen].filter(path => digested[`code/${path}`] === undefined)).toEqual([])
})
