/** Program of the fault tests: looks an entry up while no file can be opened, and again. Argument: the directory above the cache. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { openCache } from '../../../src/store/cache.ts'
import { find, sample, store } from './scenarios.ts'

const directory = process.argv[2] ?? ''
const cache = await openCache({ cacheDir: join(directory, 'cache'), environment: {} })
await store(cache, sample(0), directory)
const files: number[] = []
try {
  for (;;) files.push(openSync('/dev/null', 'r'))
} catch {
  // none is left
}
const during = (await find(cache, sample(0))) || (await cache.lookup(sample(0).key)) !== undefined
for (const file of files) closeSync(file)
process.stdout.write(
  JSON.stringify({
    during,
    after: await find(cache, sample(0)),
    quarantined: cache.counts['quarantined'] ?? 0,
    damaged: cache.counts['mapping-damaged'] ?? 0,
  }),
)
