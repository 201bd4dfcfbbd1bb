/** Moves damaged entries out of the way, kept for a look at what happened. */
import { randomBytes } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Layout } from './layout.ts'

/** Damaged entries that are kept at most. */
const KEPT = 8

/** Moves `path` into quarantine, or deletes it where that is impossible. True when it is gone from its place. */
export async function quarantine(layout: Layout, path: string): Promise<boolean> {
  const target = join(layout.quarantine, `${Date.now()}-${randomBytes(4).toString('hex')}-${basename(path)}`)
  try {
    await rename(path, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true // another process was faster
    return rm(path, { recursive: true, force: true }).then(
      () => true,
      () => false,
    )
  }
  // Names start with the time, so the oldest come first.
  const names = await readdir(layout.quarantine).catch((): string[] => [])
  await Promise.all(
    names
      .toSorted()
      .slice(0, -KEPT)
      .map(name => rm(join(layout.quarantine, name), { recursive: true, force: true }).catch(() => {})),
  )
  return true
}
