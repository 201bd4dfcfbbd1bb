/** Writes a saved run: whole or not at all, readable by its owner alone. */
import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createDeflateRaw } from 'node:zlib'
import { flush, uniqueName } from '../../cache/durable.ts'
import { RvrError, messageOf } from '../../errors.ts'
import { makeDirectory } from '../../files/directory.ts'
import { FORMAT_VERSION, MAGIC, MAX_HEADER_BYTES, PREFIX_BYTES, type HeaderText } from './format.ts'

export interface FileContent {
  readonly header: HeaderText
  body(): AsyncGenerator<Uint8Array>
}

const CHUNK_BYTES = 256 << 10

function prefix(header: Uint8Array): Buffer {
  if (header.length > MAX_HEADER_BYTES) throw new RvrError('USAGE', `the run has too much to save: its list of segments takes ${header.length} bytes`, { hint: 'Save it earlier.' })
  const bytes = Buffer.alloc(PREFIX_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt16LE(FORMAT_VERSION, MAGIC.length)
  bytes.writeUInt32LE(header.length, MAGIC.length + 2)
  return bytes
}

async function writeTo(staged: string, { header, body }: FileContent, signal: AbortSignal | undefined): Promise<void> {
  // The file holds whatever the guest was given.
  await using handle = await open(staged, 'wx', 0o600)
  const hash = createHash('sha256')
  const put = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes)
    await handle.writeFile(bytes)
  }
  const text = Buffer.from(JSON.stringify(header))
  await put(prefix(text))
  await put(text)
  const deflate = createDeflateRaw({ level: 1, chunkSize: CHUNK_BYTES })
  await pipeline(Readable.from(body(), { objectMode: false }), deflate, async (chunks: AsyncIterable<Uint8Array>) => { for await (const chunk of chunks) await put(chunk) }, { signal })
  await handle.writeFile(hash.digest())
  await handle.sync()
}

/** The directory's own error says why before anything has been computed. @throws RvrError `IO`. */
export async function checkTarget(file: string): Promise<void> {
  const staged = join(dirname(resolve(file)), `.${uniqueName()}`)
  await guarded(resolve(file), staged, async () => {
    await makeDirectory(dirname(staged))
    await (await open(staged, 'wx', 0o600)).close()
    await rm(staged)
  })
}

/** @returns the file's absolute path. @throws RvrError `IO`, `ABORTED`. */
export async function writeSaved(file: string, content: FileContent, signal?: AbortSignal): Promise<string> {
  const target = resolve(file), staged = join(dirname(target), `.${uniqueName()}`)
  await guarded(target, staged, async () => {
    await makeDirectory(dirname(target))
    await writeTo(staged, content, signal)
    await rename(staged, target)
    await flush(dirname(target))
  })
  return target
}

async function guarded(target: string, staged: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    await rm(staged, { force: true }).catch(() => {})
    if (cause instanceof RvrError || (cause instanceof Error && cause.name === 'AbortError')) throw cause
    throw new RvrError('IO', `cannot save the run to ${target}: ${messageOf(cause)}`, { hint: 'Choose a file in a directory that you can write to and that has room.', cause, details: { path: target } })
  }
}
