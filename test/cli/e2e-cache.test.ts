/** The cache seen from the command line: directories that cannot be trusted or used, damaged entries, and the cache commands. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  answer,
  cli,
  expectEnd,
  expectFailure,
  fixture,
  jsonOf,
  librariesIn,
  place,
  warningsOf,
  type Place,
  type Result,
} from './e2e-support.ts'

const isRoot = process.getuid?.() === 0
const warm = place()
const run = (at: Place, ...args: string[]): Promise<Result> =>
  cli(at, ['run', fixture('fibonacci'), '--input', 'u64:90', '--json', '--tier', 'native', ...args])
const right = { outcome: 'terminated', exitCode: 0, publicValues: answer }

beforeAll(async () => {
  expect(jsonOf(await run(warm))).toMatchObject({ ...right, cache: { outcome: 'miss' } })
})

/** A place with a cache that holds the guest. */
function warmPlace(): Place {
  const at = place()
  cpSync(warm.cache, at.cache, { recursive: true, preserveTimestamps: true })
  chmodSync(at.cache, 0o700)
  return at
}

describe('a cache directory that others could write to is refused, whatever the command', () => {
  test.each([
    ['group', 0o770],
    ['everybody', 0o707],
  ])('%s', async (_who, mode) => {
    const at = warmPlace()
    chmodSync(at.cache, mode)
    for (const args of [
      ['run', fixture('fibonacci')],
      ['compile', fixture('fibonacci')],
      ['cache', 'stats'],
    ]) {
      const result = await cli(at, [...args, '--json'])
      expectFailure(result, 2, at.cache, `mode ${mode.toString(8)}`, 'chmod 700')
      expect(jsonOf(result)).toMatchObject({ error: { code: 'CACHE_UNSAFE', details: { path: at.cache } } })
    }
    expect(jsonOf(await cli(at, ['doctor', '--json']))).toMatchObject({ cache: { state: 'unsafe' } })
  })

  test.runIf(isRoot)('another owner', async () => {
    const at = warmPlace()
    chownSync(at.cache, 12_345, 12_345)
    expectFailure(await run(at), 2, at.cache, 'uid 12345', '--cache-dir')
  })
})

test('a file in the place of the cache costs a warning and a build', async () => {
  const at = place()
  writeFileSync(at.cache, 'a file')
  const result = await run(at)
  expect(result.status).toBe(0)
  expect(jsonOf(result)).toMatchObject({ ...right, cache: { outcome: 'off' } })
  expect(warningsOf(result)).toEqual([expect.stringContaining(at.cache)])
  expect(readFileSync(at.cache, 'utf8')).toBe('a file')
})

test('a damaged entry costs a warning and a build, once', async () => {
  const at = warmPlace()
  const [library] = librariesIn(at.cache)
  const bytes = readFileSync(library!)
  bytes[bytes.length >> 1]! ^= 1
  chmodSync(library!, 0o600)
  writeFileSync(library!, bytes)
  const first = await run(at)
  expect(first.status).toBe(0)
  expect(jsonOf(first)).toMatchObject({ ...right, cache: { outcome: 'miss' } })
  expect(warningsOf(first).length).toBe(1)
  const second = await run(at)
  expectEnd(second, 0)
  expect(jsonOf(second)).toMatchObject({ ...right, cache: { outcome: 'hit' } })
})

function mountSmall(directory: string): boolean {
  mkdirSync(directory)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=700,size=64k', 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    return false
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]))
  return true
}

test.runIf(isRoot)('a full disk costs a warning, not the result', async ({ skip }) => {
  const at = place()
  if (!mountSmall(at.cache)) skip()
  writeFileSync(join(at.cache, 'ballast'), new Uint8Array(40 * 1024))
  const result = await run(at)
  expect(result.status).toBe(0)
  expect(jsonOf(result)).toMatchObject(right)
  expect(warningsOf(result).length, result.stderr).toBe(1)
  expect(librariesIn(at.cache)).toEqual([])
})

test('--no-cache stores nothing', async () => {
  const at = place()
  const result = await cli(at, ['run', fixture('fibonacci'), '--input', 'u64:90', '--json', '--no-cache'])
  expect(jsonOf(result)).toMatchObject({ ...right, cache: { outcome: 'off' } })
  expect(librariesIn(at.cache)).toEqual([])
})

test('cache stats, ls, show, verify and clear after a build and a hit', async () => {
  const at = warmPlace()
  const {
    cache: { key, inputKey },
  } = jsonOf(await run(at))
  const ask = async (...args: string[]): Promise<any> => {
    const result = await cli(at, ['cache', ...args, '--json'])
    expectEnd(result, 0)
    return jsonOf(result)
  }
  const stats = await ask('stats')
  expect(stats).toMatchObject({
    directory: at.cache,
    state: 'ready',
    entries: 1,
    counters: { build: 1, publish: 1, hit: 1 },
  })
  expect(stats.bytes).toBeGreaterThan(1000)
  expect(await ask('prune')).toMatchObject({
    entries: stats.entries,
    objects: stats.objects,
    bytes: stats.bytes,
    evicted: [],
  })
  const entry = {
    key,
    inputKey,
    bytes: stats.bytes,
    created: expect.stringMatching(/^\d{4}-.*Z$/),
    used: expect.any(String),
    info: expect.objectContaining({ mode: 'pure', xlen: 64 }),
  }
  expect(await ask('ls')).toEqual({ directory: at.cache, entries: [entry] })
  expect(await ask('show', key.slice(0, 12))).toMatchObject({
    ...entry,
    library: { bytes: expect.any(Number) },
    parts: expect.any(Array),
    inputParts: expect.any(Array),
  })
  const { steps } = await ask('verify')
  expect(steps.length).toBeGreaterThan(0)
  for (const step of steps) expect(step).toMatchObject({ step: expect.any(String), repaired: 0 })
  expect((await cli(at, ['cache', 'ls'])).stdout).toContain(key.slice(0, 12))
  const unknown = await cli(at, ['cache', 'show', '0'.repeat(64), '--json'])
  expectFailure(unknown, 2, 'no entry', 'rvr cache ls')
  expect(jsonOf(unknown)).toMatchObject({ error: { code: 'USAGE' } })
  expect(await ask('clear')).toEqual({ directory: at.cache, removed: 1 })
  expect(await ask('stats')).toMatchObject({ entries: 0, bytes: 0 })
  expect(librariesIn(at.cache)).toEqual([])
})
