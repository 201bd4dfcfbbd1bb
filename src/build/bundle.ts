/** Build step: the code of the package as few files, cut where the program loads something by need. */
import { chmodSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { resource } from '../resources.ts'
import { withoutDoors } from './doors.ts'
import { withoutFaces } from './node-modules.ts'
import { notices } from './notices.ts'
import { partsOf } from './parts.ts'

const path = (relative: string): string => fileURLToPath(resource(relative))
const sources = (...files: readonly string[]): string[] => files.map(file => path(`src/${file}`))

/** Packages that every command needs become part of the bundle; others from the registry stay outside. */
const INSIDE = ['@noble/hashes', 'commander', 'fastest-levenshtein', 'smol-toml', 'valibot']

const isInside = (id: string): boolean => INSIDE.some(name => id === name || id.startsWith(`${name}/`))

const sdk = sources('index.ts')
const worker = sources('run/worker.ts')
/** A warm run needs all of these. */
const command = sources('cli/program.ts', 'cli/commands/run.ts', 'report/segments/facts.ts', 'report/run/text.ts')
const cost = sources('cli/commands/cost.ts', 'report/cost/cost.ts', 'report/cost/measurement.ts')

const { plugin, partOf } = partsOf([
  { name: 'start', beginnings: [sources('cli/start.ts', 'run/worker-life.ts')] },
  { name: 'thread', beginnings: [sources('run/pool.ts')] },
  { name: 'guest', beginnings: [worker, [...sdk, ...command]] },
  { name: 'sdk', beginnings: [sdk, command] },
  { name: 'sdk', beginnings: [sdk] },
  { name: 'command', beginnings: [command] },
  { name: 'cost', beginnings: [cost] },
  { name: 'work', beginnings: [sources('run/work.ts')] },
])

const bundle = await rolldown({
  input: {
    index: path('src/index.ts'),
    'cli/main': path('src/cli/main.ts'),
    'run/worker-start': path('src/run/worker-start.ts'),
    'apc/builder-start': path('src/apc/candidates/worker-start.ts'),
    'stages/generator-start': path('src/stages/library/generator/worker-start.ts'),
  },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  external: id => /^(@\w|[a-z])[^:]*$/.test(id) && !isInside(id) && id !== 'koffi',
  plugins: [withoutFaces(), plugin, withoutDoors()],
  // The global object of that name loads a dozen modules of Node, in every thread.
  transform: { inject: { 'performance.now': [path('src/build/clock.ts'), 'now'] } },
  treeshake: { propertyReadSideEffects: false },
  // What is imported both ways is loaded by need where the sources run as they are.
  checks: { ineffectiveDynamicImport: false },
})
await bundle.write({
  dir: path('dist'),
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'parts/[name].js',
  comments: false,
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: partOf, debugName: 'parts' }] },
})
writeFileSync(path('dist/third-party-licences.txt'), notices(INSIDE))
chmodSync(path('dist/cli/main.js'), 0o755)
