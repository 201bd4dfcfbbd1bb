/** Program of the test of entries in use: finds the entry or stores it, dawdles, loads it and calls it, round after round. Arguments: cache directory, libraries, rounds. */
import { setTimeout as sleep } from 'node:timers/promises'
import koffi from 'koffi'
import { openCache } from '../../src/store/cache.ts'
import { libraryFile } from '../../src/load/library-file.ts'

const [directory = '', library = '', rounds = ''] = process.argv.slice(2)
const key = 'a1'.repeat(32)
const input = '1a'.repeat(32)
const cache = await openCache({ cacheDir: directory })

for (let round = 0; round < Number(rounds); round++) {
  const artifact = await cache.lookupInput(input)
  const entry =
    (artifact === undefined ? undefined : await cache.lookup(artifact)) ??
    (await cache.publish(key, input, library, { parts: [], inputParts: [], info: { round } }))
  if (entry === undefined) throw new Error(`round ${round}: neither found nor stored`)
  await sleep(round % 3)
  const file = libraryFile(entry.path, entry.file)
  file.keep()
  const found = koffi.load(file.name).func('int answer(void)')() as number
  if (found !== 42) throw new Error(`round ${round}: the library says ${found}`)
}
process.stdout.write(`${JSON.stringify(cache.counts)}\n`)
