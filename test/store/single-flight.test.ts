/** Single flight: one build for many who want it, and nobody waits for the dead. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { withLock } from '../../src/store/build-lock.ts'
import { openCache } from '../../src/store/cache.ts'
import { tryLock } from '../../src/store/lock.ts'
import { temporaryDirectory } from './sample.ts'

const uncounted = { count: () => {} }

const program = join(import.meta.dirname, 'single-builder.ts')

function builder(directory: string, log: string, behaviour = ''): ReturnType<typeof spawn> {
  return spawn(process.execPath, [program, directory, log, behaviour], { stdio: ['ignore', 'pipe', 'inherit'] })
}

const builds = async (log: string): Promise<number> => (await readFile(log, 'utf8')).trim().split('\n').length

it('eight processes at once do one build', async () => {
  const directory = await temporaryDirectory()
  const log = join(directory, 'builds')
  const codes = await Promise.all(
    Array.from({ length: 8 }, async () => (await once(builder(directory, log), 'close'))[0] as number),
  )
  expect(codes).toEqual(Array.from({ length: 8 }, () => 0))
  expect(await builds(log)).toBe(1)
  const cache = await openCache({ cacheDir: join(directory, 'cache') })
  expect(await cache.stats()).toMatchObject({ build: 1, publish: 1, hit: 7 })
  expect(await readdir(join(directory, 'cache/v1/locks'))).toEqual([])
})

it('a builder that is killed lets another go on', async () => {
  const directory = await temporaryDirectory()
  const log = join(directory, 'builds')
  const first = builder(directory, log, 'hang')
  await once(first.stdout!, 'data')
  const second = builder(directory, log)
  const finished = once(second, 'close')
  await sleep(200)
  first.kill('SIGKILL')
  expect(await finished).toEqual([0, null])
  expect(await builds(log)).toBe(2)
  expect(await (await openCache({ cacheDir: join(directory, 'cache') })).stats()).toMatchObject({
    build: 1,
    publish: 1,
  })
})

it('a lock is held by one and free after release', async () => {
  const file = join(await temporaryDirectory(), 'lock')
  const first = await tryLock(file)
  if (first === undefined || first === 'unavailable') throw new Error('no lock')
  expect(await tryLock(file)).toBeUndefined()
  first.release()
  const second = await tryLock(file)
  expect(second).toHaveProperty('release')
  if (second !== undefined && second !== 'unavailable') second.release()
})

it('callers of one process take turns, and a failure does not stop the next', async () => {
  const locks = join(await temporaryDirectory(), 'locks')
  await mkdir(locks)
  const order: string[] = []
  const work = (name: string, fails = false) =>
    withLock(
      locks,
      'key',
      async () => {
        order.push(`${name} in`)
        await sleep(5)
        order.push(`${name} out`)
        if (fails) throw new Error(name)
        return name
      },
      uncounted,
    )
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
})

it.each([[true], [false]])('waiting can be aborted (with files: %s) and leaves the queue in order', async withFiles => {
  const locks = withFiles ? await temporaryDirectory() : undefined
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const order: string[] = []
  const first = withLock(locks, 'key', () => held.then(() => void order.push('first')), uncounted)
  const controller = new AbortController()
  const second = withLock(locks, 'key', () => Promise.resolve(), { ...uncounted, signal: controller.signal })
  const third = withLock(locks, 'key', () => Promise.resolve(void order.push('third')), uncounted)
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'ABORTED' })
  expect(order).toEqual([])
  release()
  await Promise.all([first, third])
  expect(order).toEqual(['first', 'third'])
})

it('different keys do not wait for each other', async () => {
  const locks = await temporaryDirectory()
  const inner = withLock(
    locks,
    'one',
    () => withLock(locks, 'two', () => Promise.resolve('both'), uncounted),
    uncounted,
  )
  expect(await inner).toBe('both')
})

it('works without locks where files cannot be locked', async () => {
  const counted: string[] = []
  expect(
    await withLock('/nonexistent', 'key', () => Promise.resolve('built'), {
      count: counter => void counted.push(counter),
    }),
  ).toBe('built')
  expect(counted).toEqual(['lock-unavailable'])
})
