/** The cache's limits and explanations seen from the command line: one life of a few entries. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import {
  compilerThat,
  expectEnd,
  expectFailure,
  fixture,
  jsonOf,
  librariesIn,
  place,
  type Result,
} from './e2e-support.ts'
import { inProcess } from './in-process.ts'

const at = place()
const guest = fixture('fibonacci')
let pure: any

/** Entries are counted here: it refuses the native interpreter, which comes along where compiling a guest is slow. */
const compiler = compilerThat('case "$*" in *engine.c*) exit 1;; esac', at)
const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Result> =>
  inProcess(args, { RVR_CC: compiler, RVR_CACHE_DIR: at.cache, ...environment })

async function ask(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<any> {
  const result = await run([...args, '--json'], environment)
  expectEnd(result, 0)
  return jsonOf(result)
}

beforeAll(async () => {
  expect(await ask(['cache', 'explain', guest])).toMatchObject({
    outcome: 'would-miss',
    reason: 'there is no entry to compare with',
    differences: [],
  })
  pure = await ask(['compile', guest])
})

test('explain tells a hit from a miss, without compiling or counting', async () => {
  const { counters } = await ask(['cache', 'stats'])
  expect(counters).toMatchObject({ publish: 1 })
  expect(await ask(['cache', 'explain', guest])).toEqual({
    outcome: 'hit',
    key: pure.cache.key,
    inputKey: pure.cache.inputKey,
    differences: [],
  })
  const metered = await ask(['cache', 'explain', guest, '--mode', 'metered'])
  expect(metered).toMatchObject({
    outcome: 'would-miss',
    nearest: { key: pure.cache.key, createdMs: expect.any(Number), info: { mode: 'pure' } },
    differences: [{ part: 'mode', kind: 'mode', stored: 'pure', now: 'metered' }],
  })
  const empty = await run(['cache', 'explain', guest], { SOURCE_DATE_EPOCH: '' })
  expect(empty.stdout).toMatch(
    /^not in the cache\n {2}differs from the nearest entry [0-9a-f]{12} \(mode pure, stored .*Z\) in:\n {2}environment: environment variable SOURCE_DATE_EPOCH: unset then, empty now\n$/,
  )
  expect((await ask(['cache', 'stats'])).counters).toEqual(counters)
})

test('explain names a rebuilt guest, another CPU, another machine and another compiler', async () => {
  const rebuilt = join(at.directory, 'rebuilt.elf')
  writeFileSync(rebuilt, Buffer.concat([readFileSync(guest), Buffer.alloc(1)]))
  expect((await ask(['cache', 'explain', rebuilt])).differences.map((one: any) => one.kind)).toEqual(['guest'])
  const machine = JSON.parse(readFileSync('src/machine/rv64im.json', 'utf8'))
  machine.chips[0].width++
  writeFileSync(join(at.directory, 'machine.json'), JSON.stringify(machine))
  expect((await ask(['cache', 'explain', guest, '--machine', join(at.directory, 'machine.json')])).differences).toEqual(
    [
      expect.objectContaining({
        kind: 'machine',
        meaning: expect.stringContaining(`chips.${machine.chips[0].name}.width`),
      }),
    ],
  )
  const kinds = (await ask(['cache', 'explain', guest, '--target-cpu', 'x86-64'])).differences.map(
    (one: any) => one.kind,
  )
  expect(new Set(kinds)).toEqual(new Set(['flag', 'target', 'cpu-feature']))
})

test('-v says why a guest has to be compiled', async () => {
  const result = await run(['run', guest, '--input', 'u64:90', '--mode', 'metered-cost', '-v'])
  expect(result.status).toBe(0)
  expect(result.stderr).toMatch(/^rvr: cache miss: differs from the nearest entry [0-9a-f]{12} /m)
  expect(result.stderr).toMatch(/^rvr: cache miss: mode: another mode: pure then, metered-cost now$/m)
  await ask(['compile', guest, '--mode', 'metered-cost'])
  const quiet = await run(['run', guest, '--input', 'u64:90', '--mode', 'metered-cost', '-v'])
  expect(quiet.stderr).not.toContain('cache miss')
})

test('prune keeps the entry used last, and explain remembers the other', async () => {
  const { entries } = await ask(['cache', 'ls'])
  expect(entries).toHaveLength(2)
  await ask(['compile', guest]) // a use of the older one
  const { bytes } = await ask(['cache', 'prune', '--max-size', '1GiB'])
  const pruned = await ask(['cache', 'prune', '--max-size', String(bytes - 1), '--max-age', '8w'])
  expect(pruned).toMatchObject({
    directory: at.cache,
    entries: 1,
    evicted: [{ mode: 'metered-cost', reason: 'size' }],
    swept: expect.any(Object),
  })
  expect(librariesIn(at.cache)).toHaveLength(1)
  expect(existsSync(pure.artifact)).toBe(true)
  expect(await ask(['cache', 'explain', guest, '--mode', 'metered-cost'])).toMatchObject({
    outcome: 'would-miss',
    evicted: { key: pruned.evicted[0].key, reason: 'size' },
  })
  expect((await ask(['cache', 'stats'])).counters).toMatchObject({ evicted: 1 })
  expect((await run(['cache', 'prune'], { RVR_CACHE_MAX_BYTES: '0' })).stdout).toMatch(
    /evicted 1 entry, swept 0 leftovers, kept 0 entries of 0 bytes in /,
  )
})

test('a limit in the environment holds for what is compiled, and the library that was just compiled stays', async () => {
  const environment = { RVR_CACHE_MAX_BYTES: '1' }
  await ask(['compile', guest], environment)
  const { artifact } = await ask(['compile', guest, '--mode', 'metered'], environment)
  expect(librariesIn(at.cache)).toEqual([artifact])
})

test.each([
  ['--max-size', 'much'],
  ['--max-age', '30'],
  ['--max-age', 'd'],
])('prune %s %s is refused', async (option, value) => {
  expectFailure(await run(['cache', 'prune', option, value]), 2, value)
})
