/** Test runner configuration: all tests below test/, in worker processes so that native code cannot disturb the runner. */
import { defineConfig } from 'vitest/config'

/**
 * A view of a guest's memory counts as half a gigabyte of garbage, though hardly any of it is used: without these every
 * native run collects all garbage of its process, and that takes longer than the run.
 */
const fewCollections = [
  '--external-memory-accounted-in-global-limit',
  '--initial-old-space-size=4096',
  '--max-old-space-size=16384',
]

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: new URL('./set-up.ts', import.meta.url).pathname,
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    execArgv: [...fewCollections],
    reporters: ['default', new URL('./summary-reporter.ts', import.meta.url).pathname],
    // Bounds for what hangs: on a machine that is many times slower every test passes.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
