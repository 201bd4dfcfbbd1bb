/** The remote tier: artifacts on a server that speaks the Bazel HTTP cache protocol; its faults fail no run. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import type { EventSink } from '../../events.ts'
import type { Counter } from '../counters.ts'
import type { StoredArtifact } from '../lookup.ts'
import { parseManifest, type Manifest } from '../manifest.ts'
import { BLOB_LIMIT, canUnpack, pack, unpack, type PackedBlob } from './blob.ts'
import { breakerOf, type Breaker } from './breaker.ts'
import { HttpClient, RemoteFailure } from './http-client.ts'
import { readRecord, RECORD_LIMIT, writeRecord } from './record.ts'
import type { RemoteSettings } from './settings.ts'

/**
 * What a server had: signed, whole, and as its manifest says. Whether it fits what was asked for, the stage tells.
 */
export interface RemoteArtifact {
  readonly key: string
  readonly content: Uint8Array
  readonly manifest: Manifest
}

export interface RemoteTier {
  /**
   * The artifact that an input key leads to. Undefined for whatever reason, which is counted; nothing when `signal`
   * fires.
   */
  fetch(inputKey: string, signal?: AbortSignal): Promise<RemoteArtifact | undefined>
  /** Stores an entry there in the background, unless it is evicted meanwhile. */
  offer(inputKey: string, entry: StoredArtifact): void
  /** Waits for uploads for a short time and gives up those that are left. */
  close(): Promise<void>
}

export interface RemoteSurroundings {
  readonly count: (counter: Counter) => void
  readonly events: EventSink
}

/** Answers of servers are not read further than this where nobody needs them. */
const REMARK_LIMIT = 64 << 10
/** The server does not let us write, or not there. */
const FORBIDDEN = new Set([401, 403, 405])

class Refused extends RemoteFailure {}

class HttpRemote implements RemoteTier {
  readonly #settings: RemoteSettings
  readonly #surroundings: RemoteSurroundings
  readonly #client: HttpClient
  readonly #breaker: Breaker
  readonly #closing = new AbortController()
  /** Input keys whose entries could not be used: all of them is written again. */
  readonly #damaged = new Set<string>()
  /** One upload at a time: each holds an artifact in memory. */
  #uploads: Promise<void> = Promise.resolve()

  constructor(settings: RemoteSettings, surroundings: RemoteSurroundings) {
    this.#settings = settings
    this.#surroundings = surroundings
    this.#client = new HttpClient(settings)
    this.#breaker = breakerOf(settings.url)
  }

  async fetch(
    inputKey: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<RemoteArtifact | undefined> {
    const { count } = this.#surroundings
    if (this.#breaker.isOpen('read')) {
      count('remote-skipped')
      return undefined
    }
    try {
      const found = await this.#find(inputKey, signal)
      this.#breaker.succeeded('read')
      if (typeof found === 'object') return found
      count(found)
      if (found === 'remote-unsigned')
        this.#warn(
          found,
          'has an entry that is not signed with your secret; it is not used',
          'All who share a remote cache need the same secret. If they have it, somebody else can write to the server.',
        )
    } catch (error) {
      if (signal.aborted) return undefined
      count('remote-error')
      this.#damaged.add(inputKey)
      this.#failed('read', error)
    }
    return undefined
  }

  async #find(inputKey: string, signal: AbortSignal): Promise<RemoteArtifact | 'remote-miss' | 'remote-unsigned'> {
    const text = await this.#get(`ac/${inputKey}`, RECORD_LIMIT, signal)
    if (text === undefined) return 'remote-miss'
    const record = readRecord(text.toString(), inputKey, this.#settings.secret, BLOB_LIMIT)
    if (record === 'unsigned') return 'remote-unsigned'
    if (record === 'garbage') throw new RemoteFailure('an entry is garbage')
    // A Node without zstd leaves the entry to those who can read it.
    if (!canUnpack(record.library) || !canUnpack(record.manifest)) return 'remote-miss'
    const manifestText = await this.#blob(record.manifest, signal)
    if (manifestText === undefined) return 'remote-miss'
    const manifest = parseManifest(Buffer.from(manifestText).toString(), record.artifact)
    if (
      manifest === undefined ||
      manifest.library.digest !== record.library.digest ||
      manifest.library.bytes !== record.library.bytes
    )
      throw new RemoteFailure('an entry does not fit its manifest')
    const content = await this.#blob(record.library, signal)
    return content === undefined ? 'remote-miss' : { key: record.artifact, content, manifest }
  }

  async #get(path: string, limit: number, signal: AbortSignal): Promise<Buffer | undefined> {
    const { status, body } = await this.#client.send({ method: 'GET', path, limit, signal })
    if (status === 404) return undefined
    if (status !== 200) throw new RemoteFailure(`the server answered ${status}`)
    return body
  }

  async #blob(blob: PackedBlob, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const body = await this.#get(`cas/${blob.stored}`, blob.storedBytes, signal)
    return body === undefined ? undefined : unpack(blob, body)
  }

  offer(inputKey: string, entry: StoredArtifact): void {
    if (this.#settings.readOnly) return
    this.#uploads = this.#uploads.then(() => this.#upload(inputKey, entry))
  }

  async #upload(inputKey: string, entry: StoredArtifact): Promise<void> {
    const { count } = this.#surroundings
    if (this.#breaker.isOpen('write')) return count('remote-skipped')
    try {
      await this.#store(inputKey, entry)
      this.#breaker.succeeded('write')
      count('remote-put')
    } catch (error) {
      count('remote-put-failed')
      if (!this.#closing.signal.aborted && error instanceof RemoteFailure) this.#failed('write', error)
    }
  }

  async #store(input: string, entry: StoredArtifact): Promise<void> {
    const manifest = await pack(Buffer.from(`${JSON.stringify(entry.manifest)}\n`))
    const content = await pack(await readFile(entry.path))
    if (content.blob.digest !== entry.manifest.library.digest || content.blob.bytes > BLOB_LIMIT)
      throw new Error('the artifact is not the one that was stored, or too large')
    // The small one first: a server that does not let us write says so before the large one is on its way.
    await this.#put(`cas/${manifest.blob.stored}`, manifest.body)
    if (this.#damaged.has(input) || !(await this.#has(`cas/${content.blob.stored}`)))
      await this.#put(`cas/${content.blob.stored}`, content.body)
    // Last, when everything that it names is there.
    const record = { input, artifact: entry.manifest.key, library: content.blob, manifest: manifest.blob }
    await this.#put(`ac/${input}`, Buffer.from(writeRecord(record, this.#settings.secret)))
  }

  async #has(path: string): Promise<boolean> {
    const { signal } = this.#closing
    const { status } = await this.#client.send({ method: 'HEAD', path, limit: REMARK_LIMIT, signal, background: true })
    return status === 200
  }

  async #put(path: string, body: Uint8Array): Promise<void> {
    const { status } = await this.#client.send({
      method: 'PUT',
      path,
      body,
      limit: REMARK_LIMIT,
      signal: this.#closing.signal,
      background: true,
    })
    const what = `the server answered ${status} when something was to be stored`
    if (FORBIDDEN.has(status)) throw new Refused(what)
    if (status < 200 || status > 299) throw new RemoteFailure(what)
  }

  #failed(direction: 'read' | 'write', error: unknown): void {
    if (error instanceof Refused) this.#breaker.open(direction)
    else this.#breaker.failed(direction)
    const hint =
      error instanceof Refused
        ? 'Add --remote-cache-read-only, or see to your credentials.'
        : 'Everything works without it, but is compiled here. After three failures in a row it is left alone.'
    this.#warn('failure', `does not work: ${messageOf(error)}`, hint)
  }

  #warn(topic: string, what: string, hint: string): void {
    if (this.#breaker.mayWarn(topic))
      this.#surroundings.events({ type: 'warning', message: `the remote cache ${this.#settings.url} ${what}`, hint })
  }

  async close(): Promise<void> {
    const late = new AbortController()
    await Promise.race([
      this.#uploads,
      sleep(this.#settings.timeouts.closeMs, undefined, { signal: late.signal }).catch(() => {}),
    ])
    late.abort()
    this.#closing.abort(new RemoteFailure('the upload was given up'))
    await this.#uploads
    this.#client[Symbol.dispose]()
  }
}

export function openRemote(settings: RemoteSettings, surroundings: RemoteSurroundings): RemoteTier {
  return new HttpRemote(settings, surroundings)
}
