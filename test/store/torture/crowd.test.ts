/** Many processes on one cache, some of them killed at any moment, half-written files among what they find. `make cache-torture` does hundreds of rounds. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { lutimesSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openCache } from '../../../src/store/cache.ts'
import { memoryDirectory } from './memory.ts'
import { find, inStore, sample, store } from './scenarios.ts'

const ROUNDS = Number(process.env['RVR_CACHE_TORTURE'] ?? 5)
/** All samples together have about twice as much. */
const LIMIT_BYTES = 1 << 20
const SURVIVORS = 2
const VICTIMS = 2

let seeds = Number(process.env['RVR_FUZZ_SEED'] ?? 1)

function member(directory: string): ChildProcess & { stdout: NodeJS.ReadableStream; stdin: NodeJS.WritableStream } {
  return spawn(
    process.execPath,
    [join(import.meta.dirname, 'crowd-member.ts'), directory, String(LIMIT_BYTES), String(seeds++)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
}

function bytesBelow(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(each => each.isFile())
  return files.reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0)
}

/** As if hours had passed since anything in the folder was touched. */
function age(folder: string, hours: number): void {
  const then = Date.now() / 1000 - hours * 3600
  for (const name of readdirSync(folder)) lutimesSync(join(folder, name), then, then)
}

it('never a wrong artifact, never a failed build, nothing that stays', { timeout: 3_600_000 }, async () => {
  const directory = await memoryDirectory()
  const survivors = Array.from({ length: SURVIVORS }, () => {
    const child = member(directory)
    return { child, ended: Promise.all([text(child.stdout), once(child, 'close')]) }
  })
  const cache = await openCache({ cacheDir: join(directory, 'cache'), cacheMaxBytes: LIMIT_BYTES, environment: {} })
  let kills = 0
  let found = 0
  let mostStaged = 0
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      Array.from({ length: VICTIMS }, async () => {
        const victim = member(directory)
        const closed = once(victim, 'close')
        await Promise.race([once(victim.stdout, 'data'), closed])
        await sleep(Math.random() * 60)
        victim.kill('SIGKILL')
        expect(await closed).toEqual([null, 'SIGKILL'])
        kills++
      }),
    )
    for (let index = round % 3; index < 24; index += 3) if (await find(cache, sample(index))) found++
    // One thing is staged at a time by each process.
    mostStaged = Math.max(mostStaged, readdirSync(inStore(directory, 'staging')).length)
    expect(mostStaged).toBeLessThanOrEqual(kills + SURVIVORS + 1)
  }
  for (const { child } of survivors) child.stdin.end()
  const counts: Record<string, number>[] = []
  for (const { ended } of survivors) {
    const [output, status] = await ended
    expect(status).toEqual([0, null])
    counts.push(JSON.parse(output.replace('ready\n', '')) as Record<string, number>)
  }
  for (const each of counts)
    expect(Object.keys(each).filter(name => /failed|degraded|changed|unavailable/.test(name))).toEqual([])

  // Everybody is gone: what the killed ones have left goes away in time, and the limit holds.
  const left = {
    staging: readdirSync(inStore(directory, 'staging')).length,
    locks: readdirSync(inStore(directory, 'locks')).length,
  }
  expect(left.locks).toBeLessThanOrEqual(24 + 2) // one for each key, and those of the store itself
  age(inStore(directory, 'staging'), 2)
  age(inStore(directory, 'locks'), 25)
  const pruned = await cache.prune()
  expect(pruned!.swept).toMatchObject({ staging: left.staging })
  expect(readdirSync(inStore(directory, 'staging'))).toEqual([])
  expect(readdirSync(inStore(directory, 'locks'))).toEqual([])
  expect(readdirSync(inStore(directory, 'quarantine')).length).toBeLessThanOrEqual(8)
  expect(bytesBelow(inStore(directory, 'artifacts'))).toBeLessThanOrEqual(LIMIT_BYTES)
  const keys = readdirSync(inStore(directory, 'artifacts')).flatMap(shard =>
    readdirSync(inStore(directory, 'artifacts', shard)),
  )
  expect(readdirSync(inStore(directory, 'inputs')).length).toBeLessThanOrEqual(keys.length)
  for (let index = 0; index < 24; index++) {
    if (!(await find(cache, sample(index)))) expect(await store(cache, sample(index), directory)).toBe(true)
    expect(await find(cache, sample(index))).toBe(true)
  }
  const steps = await cache.verify()
  expect(steps.filter(({ step }) => step !== 'statistics').map(({ repaired }) => repaired)).toEqual([0, 0, 0, 0])
  const sum = (name: string): number => counts.reduce((total, each) => total + (each[name] ?? 0), 0)
  expect(found).toBeGreaterThan(0)
  expect(sum('evicted')).toBeGreaterThan(0)
  console.log(
    `${ROUNDS} rounds, ${kills} kills, left in staging ${left.staging}, in locks ${left.locks}; the survivors: ${['rounds', 'hit', 'publish', 'publish-lost-race', 'evicted', 'quarantined', 'mapping-damaged'].map(name => `${name} ${sum(name)}`).join(', ')}`,
  )
})
