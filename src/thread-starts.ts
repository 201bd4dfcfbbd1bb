/** Files that worker threads begin with: as they are written where the sources run, else those of the bundle. */
import { resource, runsFromSources } from './resources.ts'

const start = (source: string, bundled: string): URL => resource(runsFromSources ? source : bundled)

/** Runs guests. */
export const guestThread = start('src/run/worker-start.ts', 'dist/run/worker-start.js')
/** Generates code. */
export const generatorThread = start('src/stages/library/generator/worker-start.ts', 'dist/stages/generator-start.js')
/** Builds candidates of autoprecompiles. */
export const builderThread = start('src/apc/candidates/worker-start.ts', 'dist/apc/builder-start.js')
