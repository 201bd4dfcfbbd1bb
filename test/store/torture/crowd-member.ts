/** Program of the torture tests: finds, stores, prunes and damages at random until its standard input ends or it is killed; ends with status 1 when an answer is wrong. Arguments: cache directory's parent, limit in bytes, seed. */
import { rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCache } from '../../../src/store/cache.ts'
import { find, halve, inStore, libraryOf, sample, store } from './scenarios.ts'

const [directory = '', limit = '', seed = ''] = process.argv.slice(2)
const SAMPLES = 24

let state = Number(seed) >>> 0
/** A number below `bound`; the same numbers for the same seed. */
function random(bound: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * bound)
}

const cache = await openCache({ cacheDir: join(directory, 'cache'), cacheMaxBytes: Number(limit), environment: {} })
let ended = false
process.stdin.resume().on('end', () => {
  ended = true
})
writeSync(1, 'ready\n')

let rounds = 0
for (; !ended; rounds++) {
  const chosen = sample(random(SAMPLES))
  const dice = random(100)
  if (dice < 55) {
    if (!(await find(cache, chosen))) {
      const done = await cache.withBuildLock(
        chosen.input,
        async () => (await find(cache, chosen)) || (await store(cache, chosen, directory)) || 'failed',
      )
      if (done === 'failed') throw new Error(`${chosen.key} could not be stored: ${JSON.stringify(cache.counts)}`)
    }
  } else if (dice < 85) await store(cache, chosen, directory)
  else if (dice < 92) await cache.prune({ maxBytes: random(Number(limit)) })
  else if (dice < 95) await cache.verify()
  else damage()
  if (rounds % 4 === 0) await sleep(1)

  function damage(): void {
    const files = [
      libraryOf(directory, chosen),
      join(libraryOf(directory, chosen), '../manifest.json'),
      inStore(directory, 'inputs', `${chosen.input}.json`),
    ]
    try {
      halve(files[random(files.length)]!, join(directory, `half-${process.pid}`))
    } catch {
      rmSync(join(directory, `half-${process.pid}`), { force: true }) // it was gone already
    }
  }
}
process.stdout.write(`${JSON.stringify({ rounds, ...cache.counts })}\n`)
process.exit(0)
