/** Whole inputs in memory, each at most as large as its kind may be. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { inputChunks } from './chunks.ts'
import { inputKinds, type InputKindName } from './kinds.ts'
import { tooLarge, unreadable } from './refusal.ts'

/** All bytes at `path`. @throws RvrError `IO`, `ABORTED`: see `inputChunks`. */
export async function readInput(kind: InputKindName, path: string, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of inputChunks(kind, path, signal)) chunks.push(chunk)
  const [only = Buffer.alloc(0)] = chunks
  return chunks.length > 1 ? Buffer.concat(chunks) : only
}

/** The text at `path`. @throws RvrError `IO`, `ABORTED`: see `inputChunks`. */
export async function readInputText(kind: InputKindName, path: string, signal?: AbortSignal): Promise<string> {
  return (await readInput(kind, path, signal)).toString('utf8')
}

/** All bytes of a plain file that something else is going to open by its name too. @throws RvrError `IO`. */
export function readPlainFile(kind: InputKindName, path: string): Buffer {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    const { limit } = inputKinds[kind]
    if (!stats.isFile()) throw new Error('it is no plain file')
    if (stats.size > limit) throw tooLarge(kind, path)
    const bytes = Buffer.allocUnsafeSlow(stats.size)
    let filled = 0
    for (let count = -1; count !== 0 && filled < bytes.length; filled += count)
      count = readSync(file, bytes, filled, bytes.length - filled, null)
    return bytes.subarray(0, filled)
  } catch (cause) {
    throw cause instanceof Error && cause.name === 'RvrError' ? cause : unreadable(kind, path, cause)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
