/** Every call of the file system that the cache makes fails or is the last one, in turn: no wrong artifact, no failed build, no leak. `make cache-torture` does all; else a part. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, symlinkSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openCache, type Cache } from '../../../src/store/cache.ts'
import { memoryDirectory } from './memory.ts'
import { checkStore, find, inStore, sample, store } from './scenarios.ts'

const isLong = process.env['RVR_CACHE_TORTURE'] !== undefined
const run = async (...args: string[]): Promise<{ output: string; ended: unknown[] }> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fault-program.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, ended] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { output, ended }
}

it('whatever call fails, or is the last one', { timeout: 1_200_000 }, async () => {
  const { output, ended } = await run(await memoryDirectory(), isLong ? 'all' : 'some')
  expect(ended).toEqual([0, null])
  const { rounds, steps, problems } = JSON.parse(output) as {
    rounds: number
    steps: Record<string, number>
    problems: string[]
  }
  expect(problems).toEqual([])
  expect(rounds).toBeGreaterThan(Math.max(...Object.values(steps)))
  if (isLong) console.log(`faults: ${rounds} rounds; calls: ${JSON.stringify(steps)}`)
})

const killed = 'publishing and evicting another entry'
it(
  `a process killed with SIGKILL at ${isLong ? 'every' : 'some'} step of ${killed}`,
  { timeout: 600_000 },
  async () => {
    let kills = 0
    let at = isLong ? 1 : 75
    for (; ; at += isLong ? 1 : 20) {
      const directory = await memoryDirectory()
      const { ended } = await run(directory, killed, String(at))
      if (ended[0] === 0) break
      expect(ended).toEqual([null, 'SIGKILL'])
      kills++
      await checkStore(directory, 1)
    }
    expect(kills).toBeGreaterThan(isLong ? 100 : 2)
    if (isLong) console.log(`killed at ${kills} steps`)
  },
)

describe('what these have found:', () => {
  const opened = async (): Promise<{ directory: string; cache: Cache }> => {
    const directory = await memoryDirectory()
    const cache = await openCache({ cacheDir: join(directory, 'cache'), environment: {} })
    expect(await store(cache, sample(1), directory)).toBe(true)
    return { directory, cache }
  }

  it('a lookup below a folder that cannot be looked at is a miss, not an error', async () => {
    const { directory, cache } = await opened()
    await rm(inStore(directory, 'artifacts'), { recursive: true })
    symlinkSync('artifacts', inStore(directory, 'artifacts'))
    expect(await find(cache, sample(1))).toBe(false)
    expect(await store(cache, sample(1), directory)).toBe(false)
    expect(cache.counts).toMatchObject({ miss: 1, 'publish-failed': 1 })
  })

  it('a build whose lock file cannot be removed is no failed build, and its file is closed', async () => {
    const { directory, cache } = await opened()
    const before = readdirSync('/proc/self/fd').length
    const built = await cache.withBuildLock('ab'.repeat(32), async () => {
      const lock = inStore(directory, 'locks', 'ab'.repeat(32))
      await rm(lock)
      await mkdir(lock)
      return 'built'
    })
    expect(built).toBe('built')
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })

  it('a healthy entry is missed while no file can be opened, and found again', async () => {
    const output = execFileSync(
      'sh',
      [
        '-c',
        'ulimit -n 64; exec "$0" "$@"',
        process.execPath,
        join(import.meta.dirname, 'short-of-files.ts'),
        await memoryDirectory(),
      ],
      { encoding: 'utf8' },
    )
    expect(JSON.parse(output)).toEqual({ during: false, after: true, quarantined: 0, damaged: 0 })
  })

  it('an entry whose mapping cannot be written is closed', async () => {
    const { directory, cache } = await opened()
    await rm(inStore(directory, 'inputs'), { recursive: true })
    await writeFile(inStore(directory, 'inputs'), 'not a directory')
    await store(cache, sample(2), directory)
    const before = readdirSync('/proc/self/fd').length
    for (let index = 3; index < 8; index++) expect(await store(cache, sample(index), directory)).toBe(false)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })
})

it('hundreds of lookups and evictions leave no file open', async () => {
  const directory = await memoryDirectory()
  const cache = await openCache({ cacheDir: join(directory, 'cache'), cacheMaxBytes: 100_000, environment: {} })
  const round = async (index: number): Promise<void> => {
    if (!(await find(cache, sample(index % 24)))) expect(await store(cache, sample(index % 24), directory)).toBe(true)
    expect(await find(cache, sample(index % 24))).toBe(true)
  }
  for (let index = 0; index < 24; index++) await round(index)
  const before = readdirSync('/proc/self/fd').length
  for (let index = 24; index < (isLong ? 1200 : 240); index++) await round(index)
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  expect(cache.counts['evicted']).toBeGreaterThan(100)
})
