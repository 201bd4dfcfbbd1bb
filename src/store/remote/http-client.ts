/** HTTP requests with bounds on everything that a server can do wrong: time to connect, silence, time in all, size. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { RemoteSettings } from './settings.ts'

/** A request that led to no answer, or to one that cannot be used. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure'
}

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'PUT'
  /** Below the remote's address. */
  readonly path: string
  readonly body?: Uint8Array
  /** Longer answers are failures. */
  readonly limit: number
  readonly signal: AbortSignal
  /** The process may end while this is going on. */
  readonly background?: boolean
}

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

export class HttpClient implements Disposable {
  readonly #settings: RemoteSettings
  readonly #isSecure: boolean
  readonly #agent: HttpAgent

  constructor(settings: RemoteSettings) {
    this.#settings = settings
    this.#isSecure = settings.url.startsWith('https:')
    this.#agent = new (this.#isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 4 })
  }

  /**
   * Redirects are not followed: credentials and trust belong to one server.
   *
   * @throws RemoteFailure, or what the signal was aborted with.
   */
  async send(exchange: Exchange): Promise<Answer> {
    exchange.signal.throwIfAborted()
    try {
      return await this.#attempt(exchange)
    } catch (error) {
      exchange.signal.throwIfAborted()
      // A connection kept from before may be closed by the server just when it is used again.
      if (error instanceof RemoteFailure && error.cause === 'stale') return this.#attempt(exchange)
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #attempt({ method, path, body, limit, signal, background }: Exchange): Promise<Answer> {
    const { url, authorization, timeouts } = this.#settings
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const request: ClientRequest = (this.#isSecure ? httpsRequest : httpRequest)(`${url}/${path}`, {
      method,
      agent: this.#agent,
      signal,
      headers: {
        'user-agent': 'rvr',
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-length': body.length, 'content-type': 'application/octet-stream' }),
      },
    })
    const fail = (reason: string, cause?: 'stale'): void => {
      reject(new RemoteFailure(reason, { cause }))
      request.destroy()
    }
    const whole = setTimeout(() => fail(`a request took longer than ${timeouts.requestMs} ms`), timeouts.requestMs)
    let connecting: NodeJS.Timeout | undefined
    request.on('socket', socket => {
      if (background === true) socket.unref()
      if (!socket.connecting) return
      connecting = setTimeout(() => fail(`connecting took longer than ${timeouts.connectMs} ms`), timeouts.connectMs)
      socket.once('connect', () => clearTimeout(connecting))
    })
    request.setTimeout(timeouts.silenceMs, () => fail(`the server was silent for ${timeouts.silenceMs} ms`))
    request.on('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.message || error.code || 'the connection failed',
        request.reusedSocket && error.code === 'ECONNRESET' ? 'stale' : undefined,
      ),
    )
    request.on('response', response => collect(response, method === 'HEAD' ? Infinity : limit, resolve, fail))
    request.end(body)
    if (background === true) whole.unref()
    return promise.finally(() => {
      clearTimeout(whole)
      clearTimeout(connecting)
    })
  }
}

/** An answer to HEAD has no body, but the length of one: it has no limit. */
function collect(
  response: IncomingMessage,
  limit: number,
  done: (answer: Answer) => void,
  fail: (reason: string) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const tooLong = (): void => fail(`the server sent more than ${limit} bytes`)
  response.on('error', () => fail('the answer was cut off'))
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > limit) tooLong()
    else chunks.push(chunk)
  })
  response.on('end', () =>
    response.complete
      ? done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) })
      : fail('the answer was cut off'),
  )
  if (Number(response.headers['content-length']) > limit) tooLong()
}
