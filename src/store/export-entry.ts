/** Writes one entry of the store to a file, for shipping it with an application. */
import { writeOutput } from '../files/write.ts'
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

/** Writes `entry`, which it closes, to `file`, which is for its owner alone. @throws RvrError `IO`, `ABORTED`. */
export async function exportEntry(
  { file: artifact, manifest }: Entry,
  file: string,
  signal?: AbortSignal,
): Promise<ExportedEntry> {
  using source = artifact
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`)
  const target = await writeOutput(
    file,
    async put => {
      await put(encodeHeader(text, source.bytes))
      await put(text)
      const part = Buffer.alloc(CHUNK_BYTES)
      for (let at = 0; at < source.bytes;) {
        const count = source.read(part, at)
        if (count === 0) throw new Error('the artifact became shorter while it was read')
        await put(part.subarray(0, count))
        at += count
      }
    },
    { mode: 0o600, durable: true, signal },
  )
  return {
    key: manifest.key,
    inputKey: manifest.inputKey,
    file: target,
    bytes: HEADER_BYTES + text.length + source.bytes,
  }
}
