/** Program of the single-flight tests: looks up, else builds under the lock. Arguments: cache directory, log file, what to do inside. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCache } from '../../src/store/cache.ts'

const [directory = '', log = '', behaviour = ''] = process.argv.slice(2)
const key = 'a1'.repeat(32)
const input = '1a'.repeat(32)
const cache = await openCache({ cacheDir: join(directory, 'cache') })

const lookup = async (): Promise<boolean> => {
  const artifact = await cache.lookupInput(input)
  return artifact !== undefined && (await cache.lookup(artifact)) !== undefined
}

if (!(await lookup())) {
  await cache.withBuildLock(input, async () => {
    if (await lookup()) return
    appendFileSync(log, `build ${process.pid}\n`)
    process.stdout.write('building\n')
    await sleep(behaviour === 'hang' ? 3_600_000 : 300)
    const library = join(directory, `library-${process.pid}`)
    writeFileSync(library, 'content')
    cache.count('build')
    await cache.publish(key, input, library, { parts: [], inputParts: [], info: {} })
  })
}
process.stdout.write('done\n')
