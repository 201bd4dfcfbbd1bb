/** Machines that share what they compile through a server, and what a server that fails means to them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCache } from '../../../src/store/cache.ts'
import { entryDirectory, layoutOf } from '../../../src/store/layout.ts'
import { pack, type PackedBlob } from '../../../src/store/remote/blob.ts'
import { writeRecord } from '../../../src/store/remote/record.ts'
import { Rvr } from '../../../src/index.ts'
import { answer, fixture, input } from '../../e2e/support.ts'
import { inputA, keyA, temporaryDirectory } from '../sample.ts'
import {
  cacheServer,
  content,
  fileWith,
  hasty,
  machine,
  sampleEntry,
  secret,
  tier,
  timeouts,
  type CacheServer,
} from './server.ts'

/** The entry of a machine that has compiled one guest. */
async function storedBy({
  cacheDir,
}: {
  cacheDir: string
}): Promise<{ key: string; manifest: object; library: Buffer }> {
  const [entry] = await (await openCache({ cacheDir })).list()
  return {
    key: entry!.key,
    manifest: entry!.manifest,
    library: await readFile(join(entryDirectory(layoutOf(cacheDir), entry!.key), 'library.so')),
  }
}

test('what one machine compiled the next one neither lifts nor compiles, and has for itself from then on', async () => {
  const server = await cacheServer()
  const first = await machine({ url: server.url })
  expect(first).toMatchObject({
    publicValues: answer,
    cache: { outcome: 'miss' },
    counts: { 'remote-miss': 1, build: 1, publish: 1, 'remote-put': 1 },
    warnings: [],
  })
  expect([...server.stored.keys()].toSorted()).toEqual([
    `/ac/${first.cache.inputKey}`,
    expect.stringMatching(/^\/cas\/[0-9a-f]{64}$/),
    expect.stringMatching(/^\/cas\/[0-9a-f]{64}$/),
  ])

  const before = server.requests.length
  const second = await machine({ url: server.url, readOnly: true })
  expect(second).toMatchObject({ publicValues: answer, instret: first.instret, warnings: [], stages: [] })
  expect(second.cache).toEqual({ ...first.cache, outcome: 'hit', origin: 'remote' })
  expect(second.counts).toEqual({ 'input-miss': 2, 'remote-hit': 1, publish: 1 })
  expect(server.requests.slice(before).map(request => request.slice(0, -64))).toEqual([
    'GET /ac/',
    'GET /cas/',
    'GET /cas/',
  ])
  const [one, other] = [await storedBy(first), await storedBy(second)]
  expect(other).toEqual({ ...one, manifest: { ...one.manifest, createdMs: expect.any(Number) } })

  const asked = server.requests.length
  const third = await machine({ url: server.url }, { cacheDir: second.cacheDir })
  expect(third.counts).toEqual({ 'input-hit': 1, hit: 1 })
  expect(third.cache).toEqual({ ...first.cache, outcome: 'hit' })
  expect(server.requests.length).toBe(asked)

  // A Node without zstd stores contents as they are.
  const library = await pack(one.library, 'identity')
  const manifest = await pack(Buffer.from(JSON.stringify(one.manifest)), 'identity')
  expect(library.blob).toMatchObject({ encoding: 'identity', stored: library.blob.digest })
  const plain = await holding({ [first.cache.inputKey!]: { artifact: one.key, library, manifest } })
  expect(await machine({ url: plain.url })).toMatchObject({
    publicValues: answer,
    counts: { 'remote-hit': 1 },
    stages: [],
  })

  // What the holder of the secret has signed still has to fit the guest.
  const text = await pack(Buffer.from(content))
  const foreign = await pack(
    Buffer.from(JSON.stringify({ ...one.manifest, library: { digest: text.blob.digest, bytes: text.blob.bytes } })),
  )
  const wrong = await holding({ [first.cache.inputKey!]: { artifact: one.key, library: text, manifest: foreign } })
  expect(await machine({ url: wrong.url })).toMatchObject({
    publicValues: answer,
    cache: { outcome: 'miss' },
    counts: { 'remote-refused': 1, build: 1, publish: 1, 'remote-put': 1 },
  })
})

type Packed = { readonly blob: PackedBlob; readonly body: Uint8Array }

/** A server with signed entries by input key. */
function holding(
  entries: Record<string, { artifact: string; library: Packed; manifest: Packed }>,
): Promise<CacheServer> {
  return cacheServer(
    Object.entries(entries).flatMap(([key, { artifact, library, manifest }]): [string, Buffer][] => [
      [
        `/ac/${key}`,
        Buffer.from(
          writeRecord({ input: key, artifact, library: library.blob, manifest: manifest.blob }, Buffer.from(secret)),
        ),
      ],
      ...[library, manifest].map(({ blob, body }): [string, Buffer] => [`/cas/${blob.stored}`, Buffer.from(body)]),
    ]),
  )
}

test('guests have entries of their own; of many who want one at the same time, one asks the server', async () => {
  const server = await cacheServer()
  const remote = { url: server.url, secretFile: await fileWith(secret), timeouts }
  const work = ['fibonacci', 'exitcode'] as const
  const inputKeys = new Set<string | undefined>()
  for (const wanted of ['miss', 'hit']) {
    await using rvr = await Rvr.create({ cacheDir: await temporaryDirectory(), remote })
    server.requests.length = 0
    for (const name of work) {
      const guest = await rvr.load(fixture(name))
      const artifacts = await Promise.all(Array.from({ length: 5 }, () => guest.compile('pure')))
      expect(artifacts.map(({ cache }) => cache.outcome).toSorted()[4]).toBe(wanted)
      expect(artifacts.filter(({ cache }) => cache.origin === 'remote')).toHaveLength(wanted === 'hit' ? 1 : 0)
      inputKeys.add(artifacts[0]!.cache.inputKey)
    }
    if (wanted === 'hit')
      expect(server.requests.map(request => request.slice(0, -64))).toEqual(
        work.flatMap(() => ['GET /ac/', 'GET /cas/', 'GET /cas/']),
      )
  }
  expect(inputKeys.size).toBe(work.length)
})

test.each<[string, Record<string, number>, Parameters<typeof cacheServer>[1]]>([
  ['that is silent', { 'remote-error': 1, 'remote-put-failed': 1 }, () => {}],
  [
    'that closes connections',
    { 'remote-error': 1, 'remote-put-failed': 1 },
    (_request, response) => void response.destroy(),
  ],
  [
    'that talks nonsense',
    { 'remote-unsigned': 1, 'remote-put': 1 },
    (_request, response) => void response.writeHead(200).end('welcome'),
  ],
])('a server %s costs nothing but a compilation', async (_name, counts, fault) => {
  const server = await cacheServer([], fault)
  const done = await machine({ url: server.url, timeouts: hasty })
  expect(done).toMatchObject({
    publicValues: answer,
    cache: { outcome: 'miss' },
    counts: { ...counts, build: 1, publish: 1 },
  })
  expect(done.counts).not.toHaveProperty('remote-hit')
  expect(done.warnings).toHaveLength(1)
})

test('a read-only machine takes and does not give', async () => {
  const server = await cacheServer()
  const { remote, counters } = tier(server.url, { readOnly: true })
  remote.offer(inputA, await sampleEntry())
  await remote.close()
  expect([server.requests, counters]).toEqual([[], []])
})

test('turned off, or without a cache on this machine, no server is asked', async () => {
  const server = await cacheServer()
  process.env['RVR_REMOTE_CACHE'] = server.url
  process.env['RVR_REMOTE_CACHE_SECRET'] = secret
  try {
    expect((await machine(false)).counts).toEqual({ 'input-miss': 2, build: 1, publish: 1 })
    await using rvr = await Rvr.create({ cacheDir: false })
    expect((await (await rvr.load(fixture('exitcode'))).compile('pure')).cache).toEqual({ outcome: 'off' })
    expect(server.requests).toEqual([])
  } finally {
    delete process.env['RVR_REMOTE_CACHE']
    delete process.env['RVR_REMOTE_CACHE_SECRET']
  }
})

describe('uploads', () => {
  test('go on while the guest runs', async () => {
    const server = await cacheServer()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    server.fault = (request, _response, proceed) => {
      if (request.method === 'PUT') void released.then(proceed)
      else proceed()
    }
    const rvr = await Rvr.create({
      cacheDir: await temporaryDirectory(),
      remote: { url: server.url, secretFile: await fileWith(secret), timeouts },
    })
    using run = await (
      await (await rvr.load(fixture('fibonacci'))).compile('pure')
    ).execute({ inputs: [Buffer.from(input, 'hex')] })
    expect(Buffer.from(run.publicValues).toString('hex')).toBe(answer)
    expect(rvr.cache.counts).not.toHaveProperty('remote-put')
    release()
    await rvr.dispose()
    expect(rvr.cache.counts).toMatchObject({ 'remote-put': 1 })
  })

  test('that hang are given up', async () => {
    const server = await cacheServer([], (request, _response, proceed) => {
      if (request.method !== 'PUT') proceed()
    })
    const { remote, counters, warnings } = tier(server.url, { timeouts: { ...timeouts, closeMs: 50 } })
    remote.offer(inputA, await sampleEntry())
    remote.offer(keyA, await sampleEntry())
    await remote.close()
    expect([counters, warnings(), server.stored.size]).toEqual([['remote-put-failed', 'remote-put-failed'], [], 0])
  })

  test('of a library that the server has send it no second time', async () => {
    const server = await cacheServer()
    const { remote, counters } = tier(server.url)
    remote.offer(inputA, await sampleEntry())
    remote.offer(keyA, await sampleEntry())
    await remote.close()
    expect(counters).toEqual(['remote-put', 'remote-put'])
    expect(server.requests.map(request => request.slice(0, -64))).toEqual([
      'PUT /cas/',
      'HEAD /cas/',
      'PUT /cas/',
      'PUT /ac/',
      'PUT /cas/',
      'HEAD /cas/',
      'PUT /ac/',
    ])
  })

  test.each([401, 403, 405])('that the server refuses with %d are not tried again', async status => {
    const server = await cacheServer([], (request, response, proceed) => {
      if (request.method === 'PUT') response.writeHead(status).end()
      else proceed()
    })
    const { remote, counters, warnings } = tier(server.url)
    for (let round = 0; round < 3; round++) remote.offer(inputA, await sampleEntry())
    await remote.close()
    expect(counters).toEqual(['remote-put-failed', 'remote-skipped', 'remote-skipped'])
    expect(warnings()).toEqual([expect.stringContaining(String(status))])
    expect(server.requests).toHaveLength(1)
  })
})

describe('credentials', () => {
  test.each([
    ['bearer abc.def-123', 'Bearer abc.def-123'],
    ['basic someone:pass word:with colons', `Basic ${Buffer.from('someone:pass word:with colons').toString('base64')}`],
  ])('%s', async (_line, authorization) => {
    const server = await cacheServer([], (request, response, proceed) => {
      if (request.headers.authorization === authorization) proceed()
      else response.writeHead(401).end()
    })
    const { remote } = tier(server.url, { authorization })
    remote.offer(inputA, await sampleEntry())
    await remote.close()
    expect(await tier(server.url, { authorization }).remote.fetch(inputA)).toBeDefined()
    const stranger = tier(server.url, { authorization: 'Bearer wrong' })
    expect(await stranger.remote.fetch(inputA)).toBeUndefined()
    expect(stranger.counters).toEqual(['remote-error'])
    expect(stranger.warnings()).toEqual([expect.not.stringContaining('wrong')])
  })

  test('are not sent where a server redirects to', async () => {
    const other = await cacheServer()
    const server = await cacheServer([], (request, response) =>
      response.writeHead(307, { location: `${other.url}${request.url}` }).end(),
    )
    const { remote, counters } = tier(server.url, { authorization: 'Bearer abc' })
    await remote.fetch(inputA)
    remote.offer(inputA, await sampleEntry())
    await remote.close()
    expect([counters, other.requests]).toEqual([['remote-error', 'remote-put-failed'], []])
  })
})
