/** Test runner configuration: all tests below test/, in worker processes so that native code cannot disturb the runner. */
import { defineConfig } from 'vitest/config'
import DearestFirst from './dearest-first.ts'

/**
 * A view of a guest's memory counts as half a gigabyte of garbage, though hardly any of it is used: without these every
 * native run collects all garbage of its process, and that takes longer than the run.
 */
const fewCollections = [
  '--external-memory-accounted-in-global-limit',
  '--initial-old-space-size=4096',
  '--max-old-space-size=16384',
]

/** Files that compute and no more: no process, no spies, no changed environment, no cache. They share their processes. */
const computing = [
  'test/{air,analysis,layout,profile,program}/**/*.test.ts',
  'test/stark/slow/*.test.ts',
  'test/cli/options/*.test.ts',
  'test/codegen/pairs/*.test.ts',
  'test/docs/{citations,environment,generated-code,tables,transcript}.test.ts',
  'test/elf/{doubts,file-kind,parse,symbols}.test.ts',
  'test/machine/{file,limits,load,plain-memory-tables,plain-segmenter,shipped}.test.ts',
  'test/modes/metered/*.test.ts',
  'test/report/{cost,segments,stages}/*.test.ts',
  'test/stages/library/explain.test.ts',
  'test/stages/library/keys/{probe,sources,vectors}.test.ts',
  'test/store/{counters,digest,objects}.test.ts',
]

/**
 * Files that run guests and leave their process as it was. They share processes, too: starting one and reading all of
 * rvr takes as long as many of them do. What counts threads, waits for them or spies is left out, and files whose
 * support has something to clean up: modules are evaluated once, so their hooks are those of the first file.
 */
const running = {
  include: [
    'test/{archive,differential,interp,metering,run,trace}/**/*.test.ts',
    'test/apc/{block,completeness,interchange,soundness}.test.ts',
    'test/e2e/*.test.ts',
    'test/extensions/*.test.ts',
    'test/modes/preflight/*.test.ts',
    'test/report/*.test.ts',
    'test/report/run/*.test.ts',
    'test/sdk/**/*.test.ts',
  ],
  exclude: [
    'test/archive/c-reader.test.ts',
    'test/metering/swelling.test.ts',
    'test/report/doctor.test.ts',
    'test/run/{exit,lifecycle,print-gate,reuse,stopping,survival,tiers,worker-life}.test.ts',
    'test/sdk/tiers.test.ts',
    'test/trace/{airs-memo,endings,no-memory,recording}.test.ts',
  ],
}

/** Threads begin with the bundle that set-up.ts makes of the sources: to read these themselves takes three times as long. */
const threadsOfBundle = {
  alias: [{ find: /^.*\/thread-starts\.ts$/, replacement: new URL('./bundled-threads.ts', import.meta.url).pathname }],
}

/** What a test adds to the sources, threads have to find in them. */
const fromSources = ['test/modes/added.test.ts', 'test/thread-starts.test.ts']

const shared = {
  root: new URL('..', import.meta.url).pathname,
  environment: 'node',
  pool: 'forks' as const,
  execArgv: [...fewCollections],
  ...threadsOfBundle,
  // Bounds for what hangs: on a machine that is many times slower every test passes.
  testTimeout: 1_800_000,
  hookTimeout: 1_800_000,
}

export default defineConfig({
  test: {
    root: shared.root,
    // Two processors: a worker often waits for a process, a disk or a clock.
    maxWorkers: 3,
    sequence: { sequencer: DearestFirst },
    globalSetup: new URL('./set-up.ts', import.meta.url).pathname,
    reporters: ['default', new URL('./summary-reporter.ts', import.meta.url).pathname],
    projects: [
      {
        test: {
          ...shared,
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: [...computing, ...running.include, ...fromSources],
        },
      },
      { test: { ...shared, name: 'sources', alias: [], include: fromSources } },
      { test: { ...shared, name: 'apart', include: running.exclude } },
      { test: { ...shared, name: 'running', ...running, isolate: false } },
      { test: { ...shared, name: 'computing', include: computing, isolate: false } },
    ],
  },
})
