/** Test runner configuration: all tests below test/, in worker processes so that native code cannot disturb the runner. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: new URL('./shared-cache.ts', import.meta.url).pathname,
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', new URL('./summary-reporter.ts', import.meta.url).pathname],
    // Bounds for what hangs: on a machine that is many times slower every test passes.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
