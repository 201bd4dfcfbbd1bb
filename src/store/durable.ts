/** Writing files so that a crash leaves either the old state or the new one. */
import { randomBytes } from 'node:crypto'
import { constants, openSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Opens a file to append to, for its owner alone; a link is refused. Throws the file system's error. */
export function openForAppending(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
}

/** Flushes a file or a directory to the disk. */
export async function flush(path: string): Promise<void> {
  await using handle = await open(path)
  await handle.sync()
}

/** A name that no other process uses. */
export function uniqueName(): string {
  return `${process.pid}-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`
}

/** Writes `path` whole or not at all; `staging` is a directory of the same file system. */
export async function replaceFile(staging: string, path: string, text: string): Promise<void> {
  const staged = join(staging, uniqueName())
  try {
    await writeFile(staged, text, { mode: 0o600 })
    await flush(staged)
    await rename(staged, path)
    await flush(dirname(path))
  } catch (error) {
    await rm(staged, { force: true })
    throw error
  }
}
