/** Program of the test of permissions: does what a run asks of the cache and prints how it went; status 1 when a build would have failed. Argument: the directory above the cache. */
import { join } from 'node:path'
import { openCache } from '../../../src/store/cache.ts'
import { find, sample, store } from './scenarios.ts'

const directory = process.argv[2] ?? ''
const cache = await openCache({ cacheDir: join(directory, 'cache'), environment: {} })
const found = await find(cache, sample(0))
const built = await cache.withBuildLock(sample(1).input, () => Promise.resolve('built'))
const stored = await store(cache, sample(1), directory)
process.stdout.write(`${JSON.stringify({ state: cache.state, found, built, stored, counts: cache.counts })}\n`)
