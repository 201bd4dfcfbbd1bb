/** Program of the test of entries in use: evicts everything over and over until its standard input ends. Argument: cache directory. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openCache } from '../../src/store/cache.ts'

const cache = await openCache({ cacheDir: process.argv[2] ?? '' })
let ended = false
process.stdin.resume().on('end', () => {
  ended = true
})
while (!ended) {
  await cache.prune({ maxBytes: 0 })
  await nextTurn()
}
process.stdout.write(`${JSON.stringify(cache.counts)}\n`)
