/** Build step: the code of the package as few files, cut where the program loads something by need. */
import { chmodSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { resource } from '../resources.ts'
import { withoutFaces } from './node-modules.ts'

const path = (relative: string): string => fileURLToPath(resource(relative))

/** Packages that every command needs become part of the bundle; others from the registry stay outside. */
const INSIDE = /^(commander|valibot|@noble\/hashes|fastest-levenshtein|smol-toml)\b/

const NATIVE = ['koffi']

const bundle = await rolldown({
  input: {
    index: path('src/index.ts'),
    'cli/main': path('src/cli/main.ts'),
    'run/worker-start': path('src/run/worker-start.ts'),
    'stages/generator-start': path('src/stages/library/generator/worker-start.ts'),
  },
  platform: 'node',
  external: id => /^[^./\0]/.test(id) && !isBuiltin(id) && !INSIDE.test(id) && !NATIVE.includes(id),
  plugins: [withoutFaces(NATIVE)],
  // What is imported both ways is loaded by need where the sources run as they are.
  checks: { ineffectiveDynamicImport: false },
  treeshake: { propertyReadSideEffects: false },
})

const part = (name: string, priority: number, ...files: string[]) => {
  const roots = new Set(files.map(file => path(`src/${file}`)))
  return { name, priority, test: (id: string) => roots.has(id) }
}

/** Parts with all that they import, the first first. */
const groups = [
  part('start', 9, 'cli/start.ts', 'run/worker-life.ts'),
  part('pool', 8, 'run/pool.ts'),
  part('guest', 7, 'run/work.ts', 'extensions/registry.ts', 'modes/registry.ts'),
  part('command', 6, 'cli/program.ts', 'cli/commands/run.ts', 'index.ts'),
]

await bundle.write({
  dir: path('dist'),
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'parts/[name].js',
  comments: false,
  codeSplitting: { includeDependenciesRecursively: true, groups },
})
chmodSync(path('dist/cli/main.js'), 0o755)
