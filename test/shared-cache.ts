/** Set up once for all test files: one cache that they share, so that a guest which many of them run is compiled once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of a cache that no test counts misses in. */
    sharedCache: string
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-tests-'))
  provide('sharedCache', join(directory, 'cache'))
  // Of each test's processes, whatever home they have.
  process.env['NODE_COMPILE_CACHE'] ??= join(directory, 'v8')
  return () => rm(directory, { recursive: true, force: true })
}
