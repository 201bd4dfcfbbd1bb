/** Set up once for all test files: a cache that they share, and the bundle of the program that they start. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of a cache that no test counts misses in: a guest that many of them run is compiled once. */
    sharedCache: string
  }
}

/** Brings the bundle below dist/ up to date with the sources. */
async function bundle(): Promise<void> {
  for (const step of ['bundle', 'generator-digest'])
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL(`../src/build/${step}.ts`, import.meta.url))])
}

export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-tests-'))
  provide('sharedCache', join(directory, 'cache'))
  // Of each test's processes, whatever home they have.
  process.env['NODE_COMPILE_CACHE'] ??= join(directory, 'v8')
  await bundle()
  // A process that ends may still write what V8 has compiled.
  return () => rm(directory, { recursive: true, force: true, maxRetries: 10 })
}
