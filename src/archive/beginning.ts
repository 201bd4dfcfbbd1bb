/** The first bytes of a file, by which archives are known. */
import { open, stat } from 'node:fs/promises'

export const MAGIC = 'rvrarch1'

/** Do these bytes begin as an archive does? */
export const isArchive = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAGIC.length)).toString('latin1') === MAGIC

/** The first bytes of a plain file, at most so many; undefined where it is none or cannot be read. */
export async function beginningOf(
  path: string,
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly length: number } | undefined> {
  try {
    // Opening a FIFO would wait for who writes to it.
    if (!(await stat(path)).isFile()) return undefined
    await using file = await open(path)
    const { size } = await file.stat()
    const bytes = new Uint8Array(Math.min(size, most))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    return bytesRead === bytes.length ? { bytes, length: size } : undefined
  } catch {
    return undefined
  }
}

/** Is it a plain file that begins as an archive does? */
export async function isArchiveFile(path: string): Promise<boolean> {
  const beginning = await beginningOf(path, MAGIC.length)
  return beginning !== undefined && isArchive(beginning.bytes)
}
