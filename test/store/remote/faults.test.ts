/** Servers that are slow, broken or hostile: nothing of what they say is used, and every outcome is counted. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digestBytes } from '../../../src/store/digest.ts'
import { pack, unpack } from '../../../src/store/remote/blob.ts'
import { inputA, keyB } from '../sample.ts'
import { cacheServer, content, hasty, sampleEntry, stock, tier, timeouts, type Fault } from './server.ts'

type Stock = ReadonlyMap<string, Buffer>

const pathOf = (url: string): string => url.replace(/^\/[^/]*/, '')
/** Takes over what is read below `start`. */
const at =
  (start: string, fault: (path: string, response: ServerResponse) => void): Fault =>
  (request, response, proceed) => {
    if (request.method === 'GET' && pathOf(request.url!).startsWith(start)) fault(pathOf(request.url!), response)
    else proceed()
  }

/** The start of an answer, then nothing more. */
const stall = (body: Buffer, response: ServerResponse): void =>
  void response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, body.length >> 1))

function endless(response: ServerResponse): void {
  response.writeHead(200)
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(64 << 10)));
  }
  response.on('drain', more)
  more()
}

function drip(response: ServerResponse): void {
  response.writeHead(200)
  const timer = setInterval(() => response.write('x'), 50)
  response.on('close', () => clearInterval(timer))
}

/** Servers that a caller gives up by the clock. */
const SILENT = /never answers|stops in the middle|now and then/

describe.each(['/ac/', '/cas/'])('for %s a server that', start => {
  const faults: [string, (stored: Stock) => Fault, string][] = [
    ['never answers', () => at(start, () => {}), 'was silent'],
    ['stops in the middle', stored => at(start, (path, response) => stall(stored.get(path)!, response)), 'was silent'],
    [
      'sends a byte now and then',
      () => at(start, (_path, response) => drip(response)),
      'longer than|more than|was silent',
    ],
    [
      'cuts the answer off',
      stored =>
        at(start, (path, response) => {
          stall(stored.get(path)!, response)
          setTimeout(() => response.destroy(), 20)
        }),
      'cut off',
    ],
    ['closes the connection', () => at(start, (_path, response) => void response.destroy()), 'hang up'],
    ['answers 500', () => at(start, (_path, response) => void response.writeHead(500).end('oops')), '500'],
    [
      'answers 206',
      stored => at(start, (path, response) => void response.writeHead(206).end(stored.get(path)!.subarray(0, 10))),
      '206',
    ],
    ['redirects', () => at(start, (path, response) => void response.writeHead(302, { location: path }).end()), '302'],
    ['sends without end', () => at(start, (_path, response) => endless(response)), 'more than'],
    [
      'promises too much',
      () => at(start, (_path, response) => void response.writeHead(200, { 'content-length': 1e12 }).write('x')),
      'more than',
    ],
  ]
  test.each(faults)('%s is an error and nothing else', async (name, fault, reason) => {
    const stored = await stock()
    const server = await cacheServer(stored, fault(stored))
    const { remote, counters, warnings } = tier(server.url, SILENT.test(name) ? { timeouts: hasty } : {})
    expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(['remote-error'])
    expect(warnings()).toEqual([expect.stringMatching(reason)])
    server.fault = undefined
    const again = SILENT.test(name) ? tier(server.url).remote : remote
    expect(Buffer.from((await again.fetch(inputA))!.content).toString()).toBe(content)
  })
})

describe('an entry', () => {
  const flipped = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes)
    copy[copy.length >> 1]! ^= 1
    return copy
  }
  /** The signed record, changed. */
  const record =
    (change: (record: any) => void) =>
    (stored: Map<string, Buffer>): void => {
      const value = JSON.parse(stored.get(`/ac/${inputA}`)!.toString())
      change(value)
      stored.set(`/ac/${inputA}`, Buffer.from(JSON.stringify(value)))
    }
  const replaced =
    (text: string) =>
    (stored: Map<string, Buffer>): void =>
      void stored.set(`/ac/${inputA}`, Buffer.from(text))
  const blobs =
    (change: (stored: Map<string, Buffer>, paths: string[]) => void) =>
    (stored: Map<string, Buffer>): void =>
      change(
        stored,
        [...stored.keys()].filter(path => path.startsWith('/cas/')),
      )

  test.each<[string, string, (stored: Map<string, Buffer>) => void]>([
    ['that is garbage', 'remote-unsigned', replaced('\x0b\xad\xc0\xde')],
    ['that is null', 'remote-unsigned', replaced('null')],
    ['that is empty', 'remote-unsigned', replaced('')],
    [
      'without a signature',
      'remote-unsigned',
      record(value => {
        delete value.hmac
      }),
    ],
    [
      'with a wrong signature',
      'remote-unsigned',
      record(value => {
        value.hmac = 'ab'.repeat(32)
      }),
    ],
    [
      'with half a signature',
      'remote-unsigned',
      record(value => {
        value.hmac = value.hmac.slice(32)
      }),
    ],
    [
      'whose content was changed',
      'remote-unsigned',
      record(value => {
        value.content = value.content.replace('zstd', 'identity')
      }),
    ],
    [
      'of another schema',
      'remote-unsigned',
      record(value => {
        value.schema = 2
      }),
    ],
    [
      'whose blobs are gone',
      'remote-miss',
      blobs((stored, paths) => {
        for (const path of paths) stored.delete(path)
      }),
    ],
    [
      'whose blobs have a changed byte',
      'remote-error',
      blobs((stored, paths) => {
        for (const path of paths) stored.set(path, flipped(stored.get(path)!))
      }),
    ],
    [
      'whose library has a changed byte',
      'remote-error',
      blobs((stored, paths) => stored.set(paths[1]!, flipped(stored.get(paths[1]!)!))),
    ],
    [
      'whose blobs are empty',
      'remote-error',
      blobs((stored, paths) => {
        for (const path of paths) stored.set(path, Buffer.alloc(0))
      }),
    ],
    [
      'whose blobs are exchanged',
      'remote-error',
      blobs((stored, [one, other]) => {
        const first = stored.get(one!)!
        stored.set(one!, stored.get(other!)!).set(other!, first)
      }),
    ],
  ])('%s is not used, counted as %s, and written anew', async (_name, counter, change) => {
    const stored = new Map(await stock())
    change(stored)
    const server = await cacheServer(stored)
    const { remote, counters, warnings } = tier(server.url)
    expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual([counter])
    expect(warnings()).toHaveLength(counter === 'remote-miss' ? 0 : 1)
    // This is what follows once the guest has been compiled.
    remote.offer(inputA, await sampleEntry())
    await remote.close()
    expect(counters).toEqual([counter, 'remote-put'])
    expect(Buffer.from((await tier(server.url).remote.fetch(inputA))!.content).toString()).toBe(content)
  })

  test('of another key is not signed here', async () => {
    const stored = await stock()
    const server = await cacheServer([...stored, [`/ac/${keyB}`, stored.get(`/ac/${inputA}`)!]])
    const { remote, counters } = tier(server.url)
    expect(await remote.fetch(keyB)).toBeUndefined()
    expect(counters).toEqual(['remote-unsigned'])
  })

  test('with the secret of somebody else is not signed', async () => {
    const server = await cacheServer(await stock({ secret: Buffer.from('the secret of somebody else') }))
    const { remote, counters, warnings } = tier(server.url)
    for (let round = 0; round < 4; round++) expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(Array.from({ length: 4 }, () => 'remote-unsigned'))
    expect(warnings()).toEqual([expect.stringContaining('not signed with your secret')])
  })

  test('without a signature is used where that was asked for', async () => {
    const server = await cacheServer(await stock({ secret: undefined }))
    expect(server.stored.get(`/ac/${inputA}`)!.toString()).not.toContain('hmac')
    expect(await tier(server.url, { secret: undefined }).remote.fetch(inputA)).toMatchObject({
      manifest: { inputKey: inputA },
    })
    expect(await tier(server.url).remote.fetch(inputA)).toBeUndefined()
    server.stored.set(`/ac/${inputA}`, Buffer.from('garbage'))
    const { remote, counters } = tier(server.url, { secret: undefined })
    expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(['remote-error'])
  })
})

describe('a server that keeps failing', () => {
  test('is left alone after three failures in a row, with one warning', async () => {
    const server = await cacheServer([], (_request, response) => void response.writeHead(500).end())
    const { remote, counters, warnings } = tier(server.url)
    for (let round = 0; round < 5; round++) expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(['remote-error', 'remote-error', 'remote-error', 'remote-skipped', 'remote-skipped'])
    expect(warnings()).toHaveLength(1)
    const later = tier(server.url)
    expect(await later.remote.fetch(inputA)).toBeUndefined()
    later.remote.offer(inputA, await sampleEntry())
    await later.remote.close()
    expect([later.counters, later.warnings()]).toEqual([['remote-skipped', 'remote-skipped'], []])
    expect(server.requests).toHaveLength(3)
  })

  test('is not when it works now and then', async () => {
    const server = await cacheServer()
    const { remote, counters } = tier(server.url)
    for (const fails of [true, true, false, true, true, false]) {
      server.fault = fails ? (_request, response) => void response.writeHead(503).end() : undefined
      await remote.fetch(inputA)
    }
    expect(counters).toEqual([
      'remote-error',
      'remote-error',
      'remote-miss',
      'remote-error',
      'remote-error',
      'remote-miss',
    ])
  })

  test('when something is stored is still read from', async () => {
    const server = await cacheServer(await stock(), (request, response, proceed) => {
      if (request.method === 'PUT') response.writeHead(507).end()
      else proceed()
    })
    const { remote, counters } = tier(server.url)
    for (let round = 0; round < 4; round++) remote.offer(keyB, await sampleEntry())
    await remote.close()
    expect(counters).toEqual(['remote-put-failed', 'remote-put-failed', 'remote-put-failed', 'remote-skipped'])
    expect(await tier(server.url).remote.fetch(inputA)).toBeDefined()
  })

  test('with nobody behind its address fails at once', async () => {
    const { remote, counters, warnings } = tier('http://127.0.0.1:1')
    expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(['remote-error'])
    expect(warnings()[0]).toContain('ECONNREFUSED')
  })

  test('by not taking connections is given the time to connect and no more', async () => {
    // A process that is stopped accepts nothing: its queue fills, and further connections are never made.
    const program =
      'const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port))'
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const port = Number(String((await once(child.stdout, 'data'))[0]))
    child.kill('SIGSTOP')
    for (let isFull = false; !isFull;) {
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {})
      onTestFinished(() => void socket.destroy())
      isFull = await Promise.race([once(socket, 'connect').then(() => false), sleep(500).then(() => true)])
    }
    const { remote, counters, warnings } = tier(`http://127.0.0.1:${port}`, {
      timeouts: { ...timeouts, connectMs: 100 },
    })
    expect(await remote.fetch(inputA)).toBeUndefined()
    expect(counters).toEqual(['remote-error'])
    expect(warnings()[0]).toContain('connecting took longer than 100 ms')
  })
})

test('a connection that the server has closed meanwhile is no failure', async () => {
  const server = await cacheServer(await stock())
  const { remote, counters } = tier(server.url)
  for (let round = 0; round < 4; round++) {
    expect(await remote.fetch(inputA)).toBeDefined()
    server.closeIdle()
  }
  expect(counters).toEqual([])
})

test('a caller who no longer wants the answer gets none, and nothing is held against the server', async () => {
  const server = await cacheServer([], () => {})
  const { remote, counters } = tier(server.url)
  const controller = new AbortController()
  const asked = remote.fetch(inputA, controller.signal)
  while (server.requests.length === 0) await sleep(5)
  controller.abort()
  expect(await asked).toBeUndefined()
  expect(counters).toEqual([])
})

test('a blob that would unpack to more than its record says is not unpacked', async () => {
  const body = zstdCompressSync(Buffer.alloc(8 << 20))
  const stored = digestBytes(body)
  const blob = { digest: digestBytes('x'), stored, storedBytes: body.length, encoding: 'zstd' } as const
  await expect(unpack({ ...blob, bytes: 1000 }, body)).rejects.toThrow('cannot be unpacked')
  await expect(unpack({ ...blob, bytes: 8 << 20 }, body)).rejects.toThrow('something else')
  const empty = await pack(Buffer.alloc(0))
  expect(await unpack(empty.blob, empty.body)).toHaveLength(0)
})

test("an entry that is gone, or no longer what was stored, is not sent and is nobody's fault", async () => {
  const server = await cacheServer()
  const { remote, counters, warnings } = tier(server.url)
  const entry = await sampleEntry()
  remote.offer(inputA, { ...entry, path: '/nonexistent.so' })
  remote.offer(inputA, {
    ...entry,
    manifest: { ...entry.manifest, library: { digest: digestBytes('other'), bytes: 5 } },
  })
  await remote.close()
  expect(counters).toEqual(['remote-put-failed', 'remote-put-failed'])
  expect([server.requests, warnings()]).toEqual([[], []])
})
