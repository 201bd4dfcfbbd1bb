/** Writes one entry of the store to a file, for shipping a compiled guest with an application. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import { encodeHeader, HEADER_BYTES } from './export-format.ts'
import type { Entry } from './lookup.ts'

const CHUNK_BYTES = 1 << 20

export interface ExportedEntry {
  readonly key: string
  readonly inputKey: string
  /** Absolute path of the file that was written, and its size. */
  readonly file: string
  readonly bytes: number
}

/** Writes `entry`, which it closes, to `file`: whole or not at all, and readable by its owner alone. @throws RvrError `IO`. */
export async function exportEntry({ file: library, manifest }: Entry, file: string): Promise<ExportedEntry> {
  using source = library
  const target = resolve(file), staged = `${target}.${randomBytes(6).toString('hex')}`
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`)
  try {
    await using output = await open(staged, 'wx', 0o600)
    await output.writeFile(encodeHeader(text, source.bytes))
    await output.writeFile(text)
    const part = Buffer.alloc(CHUNK_BYTES)
    for (let at = 0; at < source.bytes;) {
      const count = source.read(part, at)
      if (count === 0) throw new Error('the library became shorter while it was read')
      await output.writeFile(part.subarray(0, count))
      at += count
    }
    await output.sync()
    await rename(staged, target)
  } catch (cause) {
    await rm(staged, { force: true }).catch(() => {})
    throw new RvrError('IO', `cannot write ${target}: ${messageOf(cause)}`, { hint: 'Choose a file in a directory that exists and that you can write to.', details: { path: target }, cause })
  }
  return { key: manifest.key, inputKey: manifest.inputKey, file: target, bytes: HEADER_BYTES + text.length + source.bytes }
}
