/** What a command loads: few files, nothing that it does not need, and a guest's thread no more than guests need. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rvr, temporaryDirectory } from './spawn.ts'

const guest = 'cache-fixtures/guests/elf/fibonacci.rv64.elf'

/** What one thread of a process has loaded. */
interface Loaded {
  /** Files, and modules of Node, which begin with `node:`. */
  readonly scripts: readonly string[]
  /** Sources that are parts of these files, below `src/`. */
  readonly sources: readonly string[]
}

/** Runs a command and tells what each of its threads loaded, the one with the command line first. */
function loadedBy(args: readonly string[], environment: NodeJS.ProcessEnv): Loaded[] {
  const directory = join(temporaryDirectory(), 'coverage')
  mkdirSync(directory)
  const { status, stderr } = rvr(args, { ...environment, NODE_V8_COVERAGE: directory })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const threads = readdirSync(directory).map(name => {
    const { result } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as { result: { url: string }[] }
    const scripts = result.map(({ url }) => url).filter(url => url !== '')
    const files = scripts.filter(url => url.startsWith('file:')).map(url => readFileSync(fileURLToPath(url), 'utf8'))
    const sources = files.flatMap(text => [...text.matchAll(/^\/\/ src\/(.*)$/gm)].map(([, path]) => path!))
    return { scripts, sources }
  })
  return threads.toSorted(({ scripts }) => (scripts.some(url => url.endsWith('/dist/cli/main.js')) ? -1 : 1))
}

const filesOf = ({ scripts }: Loaded): string[] => scripts.filter(url => url.startsWith('file:'))
const sourcesBelow = ({ sources }: Loaded, ...places: string[]): string[] =>
  sources.filter(path => places.some(place => path.startsWith(place)))

test('--version is answered by two files', () => {
  const threads = loadedBy(['--version'], {})
  expect(threads).toHaveLength(1)
  const [main] = threads as [Loaded]
  expect(filesOf(main).length).toBeLessThanOrEqual(2)
  expect(main.sources).toContain('cli/start.ts')
  expect(sourcesBelow(main, 'cli/commands', 'cli/program', 'run/pool', 'sdk/', 'extensions/', 'modes/')).toEqual([])
  expect(main.scripts).not.toContain('node:worker_threads')
  expect(main.scripts).not.toContain('node:crypto')
})

test('a guest that the cache has is run by few files, without what compiles guests and what shows progress', () => {
  const environment = { RVR_CACHE_DIR: join(temporaryDirectory(), 'cache') }
  expect(rvr(['compile', guest], environment)).toMatchObject({ status: 0 })
  const threads = loadedBy(['run', guest, '--input', 'u64:90', '--quiet', '--tier', 'native'], environment)
  expect(threads).toHaveLength(2)
  const [main, worker] = threads as [Loaded, Loaded]

  expect(filesOf(main).length).toBeLessThanOrEqual(10)
  expect(sourcesBelow(main, 'cli/commands/')).toEqual(['cli/commands/run.ts'])
  const compiling = ['codegen/generate', 'codegen/emit', 'codegen/loops', 'analysis/loops', 'analysis/plan-region']
  expect(sourcesBelow(main, ...compiling, 'stages/make/build', 'toolchain/make.ts', 'toolchain/describe')).toEqual([])
  expect(sourcesBelow(main, 'cli/progress/task-list', 'store/remote/tier', 'store/maintenance', 'interp/')).toEqual(
    sourcesBelow(main, 'interp/memory'),
  )
  const packages = /node_modules\/(listr2|execa|glob|commander|valibot|koffi)\//
  expect(main.scripts.filter(url => packages.test(url))).toEqual([])
  expect(main.scripts.filter(url => /^node:(child_process|zlib|https?|v8|perf_hooks)$/.test(url))).toEqual([])

  expect(worker.sources).toContain('run/work.ts')
  expect(filesOf(worker).length).toBeLessThanOrEqual(8)
  expect(sourcesBelow(worker, 'cli/commands', 'cli/program', 'cli/options', 'report/', 'sdk/', 'stages/')).toEqual([])
  expect(sourcesBelow(worker, 'codegen/', 'toolchain/', 'store/lookup', 'store/cache')).toEqual([])
  expect(worker.scripts.filter(url => /^node:(child_process|crypto|zlib|v8|perf_hooks)$/.test(url))).toEqual([])
})

test('of the commands only the one that is asked for is declared', () => {
  const [main] = loadedBy(['cost', '--help'], {}) as [Loaded]
  expect(sourcesBelow(main, 'cli/commands/cost', 'cli/commands/cache', 'cli/commands/emit')).toEqual([
    'cli/commands/cost.ts',
  ])
})
