/** Program of the cache benchmark: makes a guest ready over and over and prints what that takes. Arguments: guest file, cache directory, rounds, address of a remote cache or nothing. */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Rvr } from '../../src/index.ts'
import { median } from './statistics.ts'

const [elf = '', cacheDir = '', rounds = '', url = ''] = process.argv.slice(2)
const wall: number[] = []
const processor: number[] = []
const hashing: number[] = []
const hashingProcessor: number[] = []
const outcomes = new Set<string>()

/** Makes this machine's store forget its entries, but not what the compiler is. */
function forget(): void {
  for (const folder of ['artifacts', 'inputs'])
    for (const name of readdirSync(join(cacheDir, 'v1', folder)))
      rmSync(join(cacheDir, 'v1', folder, name), { recursive: true })
}

for (let round = 0; round <= Number(rounds); round++) {
  if (url !== '') forget()
  const rvr = await Rvr.create({ cacheDir, remote: url === '' ? false : { url, unsigned: true } })
  const before = process.cpuUsage()
  const begin = performance.now()
  const artifact = await (await rvr.load(elf)).compile('pure')
  const ms = performance.now() - begin
  const { user, system } = process.cpuUsage(before)
  await rvr.dispose()
  const hashBefore = process.cpuUsage()
  const hashBegin = performance.now()
  createHash('sha256')
    .update(await readFile(elf))
    .digest('hex')
  const hashMs = performance.now() - hashBegin
  const hashUsage = process.cpuUsage(hashBefore)
  // The first round fills the cache where nothing did yet, and warms the code paths.
  if (round === 0) continue
  wall.push(ms)
  processor.push((user + system) / 1000)
  hashing.push(hashMs)
  hashingProcessor.push((hashUsage.user + hashUsage.system) / 1000)
  outcomes.add(`${artifact.cache.outcome}${artifact.cache.origin === 'remote' ? ' (remote)' : ''}`)
}
process.stdout.write(
  JSON.stringify({
    outcome: [...outcomes].join(),
    wallMs: median(wall),
    processorMs: median(processor),
    hashingMs: median(hashing),
    hashingProcessorMs: median(hashingProcessor),
  }),
)
