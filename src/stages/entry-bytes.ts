/** What an artifact holds: a file that was made, or an entry of the store. */
import { readFile } from 'node:fs/promises'
import type { Entry } from '../store/lookup.ts'

/** An entry's file is closed then. */
export async function bytesOf(source: string | Entry): Promise<Uint8Array> {
  if (typeof source === 'string') return readFile(source)
  using file = source.file
  const bytes = new Uint8Array(file.bytes)
  return bytes.subarray(0, file.read(bytes, 0))
}
