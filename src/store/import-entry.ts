/** Reads an exported entry back: everything is checked before anything of it gets into the store. */
import { createHash } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inputChunks } from '../files/chunks.ts'
import { unreadable } from '../files/refusal.ts'
import { uniqueName } from './durable.ts'
import { decodeHeader, decodeManifest, HEADER_BYTES, importRefusal } from './export-format.ts'
import type { Layout } from './layout.ts'
import type { Manifest } from './manifest.ts'
import { openNamed, type OpenFile } from './open-file.ts'

const CHUNK_BYTES = 1 << 20

/** Takes what was unpacked into the store. */
type Publish<T> = (manifest: Manifest, artifact: string) => Promise<T>

export interface ImportedEntry {
  readonly key: string
  readonly inputKey: string
  /** Size of the artifact. */
  readonly bytes: number
  readonly info: Manifest['info']
  /** False when the store had an entry of this key: that one stays. */
  readonly stored: boolean
}

function opened(path: string): OpenFile {
  try {
    return openNamed(path)
  } catch (cause) {
    throw unreadable('exported', path, cause)
  }
}

/** What comes through a pipe is put into a file first: its parts are read by their places. */
async function received(path: string, copy: string, signal: AbortSignal | undefined): Promise<OpenFile> {
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return opened(path)
  await using output = await open(copy, 'wx', 0o600)
  for await (const chunk of inputChunks('exported', path, signal)) await output.writeFile(chunk)
  return opened(copy)
}

/**
 * Unpacks the export at `path` and hands manifest and artifact to `publish`, the artifact as a private file that is
 * gone afterwards.
 *
 * @throws RvrError `IO`, `ABORTED`, `ARTIFACT_REFUSED` (details.reason says why), and what `publish` throws.
 */
export async function importEntry<T>(
  layout: Layout,
  path: string,
  publish: Publish<T>,
  signal?: AbortSignal,
): Promise<T> {
  const copy = join(layout.staging, uniqueName())
  try {
    using file = await received(path, copy, signal)
    return await unpacked(layout, path, file, publish)
  } finally {
    await rm(copy, { force: true }).catch(() => {})
  }
}

async function unpacked<T>(layout: Layout, path: string, file: OpenFile, publish: Publish<T>): Promise<T> {
  const start = Buffer.alloc(Math.min(HEADER_BYTES, file.bytes))
  const header = decodeHeader(path, start.subarray(0, file.read(start, 0)), file.bytes)
  const text = Buffer.alloc(header.manifestBytes)
  const manifest = decodeManifest(path, text.subarray(0, file.read(text, HEADER_BYTES)), header)
  const staged = join(layout.staging, uniqueName())
  try {
    const digest = await unpack(file, HEADER_BYTES + header.manifestBytes, staged)
    if (digest !== manifest.library.digest)
      throw importRefusal(path, 'damaged', 'its library differs from what was exported')
    return await publish(manifest, staged)
  } finally {
    await rm(staged, { force: true }).catch(() => {})
  }
}

/** Copies the rest of a file from `offset` on; returns the copy's SHA-256. */
async function unpack(file: OpenFile, offset: number, target: string): Promise<string> {
  const hash = createHash('sha256')
  const part = Buffer.alloc(CHUNK_BYTES)
  await using output = await open(target, 'wx', 0o600)
  for (let at = offset, count = -1; count !== 0; at += count) {
    count = file.read(part, at)
    hash.update(part.subarray(0, count))
    await output.writeFile(part.subarray(0, count))
  }
  return hash.digest('hex')
}
