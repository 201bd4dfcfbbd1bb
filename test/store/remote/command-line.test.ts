/** The remote cache as the command line has it. */
import { expect, test } from 'vitest'
import { answer, cli, expectFailure, fixture, jsonOf, place } from '../../cli/e2e-support.ts'
import { cacheServer, fileWith, secret } from './server.ts'

const work = [fixture('fibonacci'), '--input', 'u64:90', '--json']

test('run and cost share through a server; a read-only machine stores nothing', async () => {
  const server = await cacheServer()
  const environment = { RVR_REMOTE_CACHE_SECRET_FILE: await fileWith(secret) }
  const first = await cli(
    place(),
    ['run', ...work, '--tier', 'native', '--mode', 'metered', '--remote-cache', server.url],
    { environment },
  )
  expect(jsonOf(first)).toMatchObject({ publicValues: answer, cache: { outcome: 'miss' } })
  expect(server.stored.size).toBe(3)
  const at = place()
  const second = await cli(at, ['cost', ...work, '--tier', 'native', '--remote-cache-read-only', '-v'], {
    environment: { ...environment, RVR_REMOTE_CACHE: server.url },
  })
  expect(second.stderr).toContain('rvr: cache remote-hit\n')
  expect(second.stderr).not.toMatch(/rvr: (lift|codegen|compile) /)
  expect(jsonOf(await cli(at, ['cache', 'stats', '--json'])).counters).toMatchObject({ 'remote-hit': 1 })
  expect(server.stored.size).toBe(3)
  server.requests.length = 0
  await cli(place(), ['compile', fixture('exitcode'), '--no-remote-cache'], {
    environment: { ...environment, RVR_REMOTE_CACHE: server.url },
  })
  expect(server.requests).toEqual([])
})

test('a process ends although its upload hangs', async () => {
  const server = await cacheServer([], (request, _response, proceed) => {
    if (request.method !== 'PUT') proceed()
  })
  const at = place()
  const result = await cli(at, [
    'run',
    ...work,
    '--tier',
    'native',
    '--remote-cache',
    server.url,
    '--remote-cache-unsigned',
  ])
  expect(jsonOf(result)).toMatchObject({ publicValues: answer })
  expect(result.status).toBe(0)
  expect(jsonOf(await cli(at, ['cache', 'stats', '--json'])).counters).toMatchObject({
    'remote-miss': 1,
    'remote-put-failed': 1,
  })
})

test('a remote cache without a secret is refused, with the way out', async () => {
  const server = await cacheServer()
  expectFailure(
    await cli(place(), ['run', ...work.slice(0, 1), '--remote-cache', server.url]),
    2,
    'has no secret',
    'RVR_REMOTE_CACHE_SECRET_FILE',
    '--remote-cache-unsigned',
  )
  expectFailure(await cli(place(), ['run', ...work.slice(0, 1), '--remote-cache', 'cache.example:80']), 2, 'http')
  expect(server.requests).toEqual([])
})
