/** A cache server of our own, which can be told to misbehave, and what uses it: the tier alone, or a machine that runs a guest. */
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { StoredArtifact } from '../../../src/store/lookup.ts'
import type { RemoteOptions, RemoteSettings } from '../../../src/store/remote/settings.ts'
import { openRemote, type RemoteTier } from '../../../src/store/remote/tier.ts'
import { digestBytes } from '../../../src/store/digest.ts'
import { Rvr, type RvrOptions } from '../../../src/index.ts'
import { fixture, input } from '../../e2e/support.ts'
import { draft, inputA, keyA, recorder, sampleLibrary, temporaryDirectory } from '../sample.ts'
import { PATIENCE_MS } from '../../support/patience.ts'
import type { ModeName } from '../../../src/index.ts'

/** Takes a request over; `proceed` handles it as a healthy server does. */
export type Fault = (request: IncomingMessage, response: ServerResponse, proceed: () => void) => void

export interface CacheServer {
  readonly url: string
  /** Contents by path: `/ac/…` and `/cas/…`. */
  readonly stored: Map<string, Buffer>
  /** Method and path of every request so far. */
  readonly requests: string[]
  fault: Fault | undefined
  /** Closes connections on which nothing is going on. */
  closeIdle(): void
}

let servers = 0

/** Starts a server that ends with the test. Every one has an address of its own, whatever its port. */
export async function cacheServer(
  stored: Iterable<readonly [string, Buffer]> = [],
  fault?: Fault,
): Promise<CacheServer> {
  const prefix = `/cache-${servers++}`
  const server = createServer((request, response) => {
    const path = request.url!.slice(prefix.length)
    self.requests.push(`${request.method} ${path}`)
    const proceed = (): void => {
      if (request.method === 'PUT') {
        const chunks: Buffer[] = []
        request
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            self.stored.set(path, Buffer.concat(chunks))
            response.writeHead(201).end()
          })
        return
      }
      const body = self.stored.get(path)
      if (body === undefined) response.writeHead(404).end('no such entry')
      else response.writeHead(200, { 'content-length': body.length }).end(request.method === 'HEAD' ? undefined : body)
    }
    if (self.fault === undefined) proceed()
    else self.fault(request, response, proceed)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const self: CacheServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    stored: new Map(stored),
    requests: [],
    fault,
    closeIdle: () => server.closeIdleConnections(),
  }
  return self
}

export const secret = 'correct horse battery staple'

/** A file of the test's own that holds a line. */
export async function fileWith(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'line')
  await writeFile(file, `${text}\n`, { mode: 0o600 })
  return file
}

/** Bounds that no healthy server comes near, however busy the machine. */
export const timeouts = {
  connectMs: PATIENCE_MS,
  silenceMs: PATIENCE_MS,
  requestMs: PATIENCE_MS,
  closeMs: PATIENCE_MS,
} as const

/** Bounds for servers that never answer: whoever waits for them waits for nothing. */
export const hasty = { ...timeouts, silenceMs: 300, requestMs: 1000 } as const

export interface Alone {
  readonly remote: RemoteTier
  readonly counters: string[]
  readonly warnings: () => string[]
}

/** The tier without anything around it. */
export function tier(url: string, settings: Partial<RemoteSettings> = {}): Alone {
  const counters: string[] = []
  const { sink, warnings } = recorder()
  const remote = openRemote(
    {
      url,
      readOnly: false,
      secret: Buffer.from(secret),
      authorization: undefined,
      ...settings,
      timeouts: { ...timeouts, ...settings.timeouts },
    },
    { count: counter => void counters.push(counter), events: sink },
  )
  onTestFinished(() => remote.close())
  return { remote, counters, warnings }
}

/** What stands for a library in tests that run none. */
export const content = 'not really a library '.repeat(1000)

/** An entry that could be in a store. */
export async function sampleEntry(text = content): Promise<StoredArtifact> {
  const path = await sampleLibrary(await temporaryDirectory(), text)
  return {
    path,
    manifest: {
      ...draft,
      schema: 1,
      key: keyA,
      inputKey: inputA,
      library: { digest: digestBytes(text), bytes: text.length },
      createdMs: 1,
    },
  }
}

let stocked: Promise<ReadonlyMap<string, Buffer>> | undefined

/** The contents of a server that holds the sample entry under `inputA`. */
export function stock(settings?: Partial<RemoteSettings>): Promise<ReadonlyMap<string, Buffer>> {
  return settings === undefined ? (stocked ??= stockWith()) : stockWith(settings)
}

async function stockWith(settings: Partial<RemoteSettings> = {}): Promise<ReadonlyMap<string, Buffer>> {
  const server = await cacheServer()
  const { remote } = tier(server.url, settings)
  remote.offer(inputA, await sampleEntry())
  await remote.close()
  return server.stored
}

export interface Work extends RvrOptions {
  readonly guest?: string
  readonly mode?: string
}

export interface Done {
  readonly publicValues: string
  readonly instret: bigint
  readonly cache: {
    readonly outcome: string
    readonly key?: string
    readonly inputKey?: string
    readonly origin?: string
  }
  readonly counts: Readonly<Record<string, number>>
  readonly stages: readonly string[]
  readonly warnings: readonly string[]
  readonly cacheDir: string
}

/**
 * What a machine does: compiles and runs a guest, with a cache directory of its own unless it is given one. Counts are
 * those after disposing.
 */
export async function machine(
  remote: RemoteOptions | false,
  { guest = 'fibonacci', mode = 'pure', ...options }: Work = {},
): Promise<Done> {
  const stages: string[] = []
  const warnings: string[] = []
  const cacheDir = options.cacheDir || join(await temporaryDirectory(), 'cache')
  const rvr = await Rvr.create({
    cacheDir,
    remote: remote === false ? false : { secretFile: await fileWith(secret), timeouts, ...remote },
    ...options,
    onEvent(event) {
      if (event.type === 'warning') warnings.push(`${event.message} ${event.hint ?? ''}`)
      if (event.type === 'stage' && event.state === 'start') stages.push(event.stage)
    },
  })
  try {
    const artifact = await (await rvr.load(fixture(guest))).compile(mode as ModeName)
    using run = await artifact.execute({ inputs: [Buffer.from(input, 'hex')] })
    await rvr.dispose()
    return {
      publicValues: Buffer.from(run.publicValues).toString('hex'),
      instret: run.instret,
      cache: artifact.cache,
      counts: rvr.cache.counts,
      stages,
      warnings,
      cacheDir,
    }
  } finally {
    await rvr.dispose()
  }
}
