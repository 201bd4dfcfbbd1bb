/** Build step: the code of the package as few files, cut where the program loads something by need. */
import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { resource } from '../resources.ts'

const path = (relative: string): string => fileURLToPath(resource(relative))

const bundle = await rolldown({
  input: {
    index: path('src/index.ts'),
    'cli/main': path('src/cli/main.ts'),
    'run/worker-start': path('src/run/worker-start.ts'),
  },
  platform: 'node',
  // Packages from the registry stay outside.
  external: id => !id.startsWith('.') && !id.startsWith('/'),
})
await bundle.write({ dir: path('dist'), format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'parts/[name].js' })
chmodSync(path('dist/cli/main.js'), 0o755)
