/** Reads an exported entry back: everything is checked before anything of it gets into the store. */
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import { uniqueName } from './durable.ts'
import { decodeHeader, decodeManifest, HEADER_BYTES, importRefusal } from './export-format.ts'
import type { Layout } from './layout.ts'
import type { Manifest } from './manifest.ts'
import { openNamed, type OpenFile } from './open-file.ts'

const CHUNK_BYTES = 1 << 20

export interface ImportedEntry {
  readonly key: string
  readonly inputKey: string
  /** Size of the library. */
  readonly bytes: number
  readonly info: Manifest['info']
  /** False when the store had an entry of this key: that one stays. */
  readonly stored: boolean
}

function opened(path: string): OpenFile {
  try {
    return openNamed(path)
  } catch (cause) {
    throw new RvrError('IO', `cannot read ${path}: ${messageOf(cause)}`, { hint: 'Name a file that rvr cache export wrote.', details: { path }, cause })
  }
}

/**
 * Unpacks the export at `path` and hands manifest and library to `publish`, the library as a private file that is gone afterwards.
 *
 * @throws RvrError `IO`, `ARTIFACT_REFUSED` (details.reason says why), and what `publish` throws.
 */
export async function importEntry<T>(layout: Layout, path: string, publish: (manifest: Manifest, library: string) => Promise<T>): Promise<T> {
  using file = opened(path)
  const start = Buffer.alloc(Math.min(HEADER_BYTES, file.bytes))
  const header = decodeHeader(path, start.subarray(0, file.read(start, 0)), file.bytes)
  const text = Buffer.alloc(header.manifestBytes)
  const manifest = decodeManifest(path, text.subarray(0, file.read(text, HEADER_BYTES)), header)
  const staged = join(layout.staging, uniqueName())
  try {
    const digest = await unpack(file, HEADER_BYTES + header.manifestBytes, staged)
    if (digest !== manifest.library.digest) throw importRefusal(path, 'damaged', 'its library differs from what was exported')
    return await publish(manifest, staged)
  } finally {
    await rm(staged, { force: true }).catch(() => {})
  }
}

/** Copies the rest of a file from `offset` on; returns the copy's SHA-256. */
async function unpack(file: OpenFile, offset: number, target: string): Promise<string> {
  const hash = createHash('sha256'), part = Buffer.alloc(CHUNK_BYTES)
  await using output = await open(target, 'wx', 0o600)
  for (let at = offset, count = -1; count !== 0; at += count) {
    count = file.read(part, at)
    hash.update(part.subarray(0, count))
    await output.writeFile(part.subarray(0, count))
  }
  return hash.digest('hex')
}
