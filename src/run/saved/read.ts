/** Reads a saved run: the whole file is checked against its digest before anything in it is believed. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import type { AbiName } from '../../extensions/abi.ts'
import type { ModeName } from '../../modes/registry.ts'
import { readInput } from '../../files/read.ts'
import {
  damaged,
  DIGEST_BYTES,
  FORMAT_VERSION,
  MAGIC,
  parseHeader,
  PREFIX_BYTES,
  refuse,
  type SavedHeader,
} from './format.ts'

const CHUNK_BYTES = 256 << 10
/** Bytes hashed between two turns of the event loop. */
const TURN_BYTES = 4 << 20

/** A saved run, checked and ready to go on; `artifact.resumeFrom` takes it as often as wanted. */
export class SavedRun {
  /** Absolute path of the file. */
  readonly path: string
  readonly header: SavedHeader
  readonly #body: Uint8Array

  constructor(path: string, header: SavedHeader, body: Uint8Array) {
    this.path = path
    this.header = header
    this.#body = body
  }

  /** SHA-256 of the guest's ELF file. */
  get guestDigest(): string {
    return this.header.guest
  }

  get mode(): ModeName {
    return this.header.mode
  }

  get abi(): AbiName {
    return this.header.abi
  }

  /** Instructions retired before it was saved. */
  get instret(): bigint {
    return this.header.instructions
  }

  /** The body, decompressed. */
  body(): ByteSource {
    return new ByteSource(this.path, this.#body)
  }
}

async function* inflated(compressed: Uint8Array): AsyncGenerator<Buffer> {
  const { createInflateRaw } = await import('node:zlib')
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES })
  inflate.end(compressed)
  yield* inflate as AsyncIterable<Buffer>
}

/** Takes a compressed byte string apart, never more of it than is asked for. */
export class ByteSource {
  readonly #path: string
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string, compressed: Uint8Array) {
    this.#path = path
    this.#chunks = inflated(compressed)
  }

  /** The next `length` bytes, in memory of their own. @throws RvrError `STATE_REFUSED` where there are not so many. */
  async take(length: number): Promise<Uint8Array> {
    const parts: Buffer[] = []
    for (let missing = length; missing > 0;) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#next()
        if (done === true) throw damaged(this.#path, 'its body is too short')
        this.#rest = value
      }
      const part = this.#rest.subarray(0, missing)
      parts.push(part)
      this.#rest = this.#rest.subarray(part.length)
      missing -= part.length
    }
    return Buffer.concat(parts, length)
  }

  /** @throws RvrError `STATE_REFUSED` where bytes are left. */
  async finish(): Promise<void> {
    const { done } = this.#rest.length > 0 ? { done: false } : await this.#next()
    if (done !== true) throw damaged(this.#path, 'its body is too long')
  }

  /** Gives the decompressor up. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next()
    } catch (cause) {
      throw damaged(this.#path, `its body cannot be decompressed: ${messageOf(cause)}`, cause)
    }
  }
}

/**
 * Opens a saved run.
 *
 * @throws RvrError `IO` (the file cannot be read), `ABORTED`, `STATE_REFUSED` (it is no saved run, of another format
 *   version, or damaged)
 */
export async function openSavedRun(
  file: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SavedRun> {
  const path = resolve(file)
  const content = await readInput('savedRun', path, signal)
  if (content.length < PREFIX_BYTES + DIGEST_BYTES || !content.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw content.length > 0 && Buffer.compare(MAGIC, content.subarray(0, MAGIC.length)) === 0
      ? damaged(path, `${content.length} bytes are less than any saved run has`)
      : refuse(path, 'not-a-saved-run', 'it is no saved run', {
          hint: 'Give the path of a file that a suspended run was saved to.',
        })
  }
  const version = content.readUInt16LE(MAGIC.length)
  if (version !== FORMAT_VERSION) {
    throw refuse(path, 'version', `its format is version ${version}, wanted ${FORMAT_VERSION}`, {
      hint: 'Resume it with the version of rvr that saved it, or run the guest again.',
      details: { found: version, wanted: FORMAT_VERSION },
    })
  }
  const end = content.length - DIGEST_BYTES
  const hash = createHash('sha256')
  for (let at = 0; at < end; at += TURN_BYTES) {
    hash.update(content.subarray(at, Math.min(end, at + TURN_BYTES)))
    if (at + TURN_BYTES < end) await nextTurn()
  }
  if (!timingSafeEqual(hash.digest(), content.subarray(end)))
    throw damaged(path, 'it is damaged: its SHA-256 is not the one at its end')
  const body = PREFIX_BYTES + content.readUInt32LE(MAGIC.length + 2)
  if (body > end) throw damaged(path, 'its header is longer than the file')
  return new SavedRun(
    path,
    parseHeader(path, content.toString('utf8', PREFIX_BYTES, body)),
    content.subarray(body, end),
  )
}
