/** Temporary directories that things are made in: none outlives the process for long, unless left for a look. */
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { tryLock, type FileLock } from '../store/lock.ts'
import { RvrError, messageOf } from '../errors.ts'

/**
 * Each has a file beside it, `<directory>.lock`, that its process holds a lock on: one that nobody holds was left by a
 * process that was killed.
 */
const LOCK = /^rvr-build-[0-9a-f]+\.lock$/

/** Where compilers work; a relative TMPDIR is meant from here. */
const temporary = (): string => resolve(tmpdir())

const isOwn = (path: string, kind: 'isFile' | 'isDirectory'): boolean => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats[kind]() && (process.getuid === undefined || stats.uid === process.getuid())
}

/**
 * Removes what killed processes of this user left in the temporary directory; returns how many directories. What cannot
 * be removed stays.
 */
export async function sweepBuilds(): Promise<number> {
  const parent = temporary()
  let swept = 0
  try {
    for (const name of readdirSync(parent).filter(entry => LOCK.test(entry))) {
      const file = join(parent, name)
      const directory = file.slice(0, -'.lock'.length)
      const lock = isOwn(file, 'isFile') ? await tryLock(file) : undefined
      if (typeof lock !== 'object') continue
      try {
        if (!isOwn(directory, 'isDirectory')) continue
        await rm(directory, { recursive: true, force: true })
        swept++
      } finally {
        lock.release()
      }
    }
  } catch {
    // the next one may be able to
  }
  return swept
}

export class BuildDirectories {
  /** By directory; undefined where files cannot be locked. */
  readonly #live = new Map<string, FileLock | undefined>()
  #swept: Promise<unknown> | undefined
  readonly #onExit = (): void => {
    for (const [directory, lock] of this.#live) {
      rmSync(directory, { recursive: true, force: true })
      lock?.release()
    }
  }

  /** A fresh, private directory. @throws RvrError `IO`. */
  async create(): Promise<string> {
    await (this.#swept ??= sweepBuilds())
    const parent = temporary()
    try {
      const directory = join(parent, `rvr-build-${randomBytes(8).toString('hex')}`)
      const lock = await tryLock(`${directory}.lock`)
      // Somebody sweeps just now.
      if (lock === undefined) return await this.create()
      if (lock === 'unavailable') rmSync(`${directory}.lock`, { force: true })
      const held = lock === 'unavailable' ? undefined : lock
      try {
        mkdirSync(directory, { mode: 0o700 })
      } catch (error) {
        held?.release()
        throw error
      }
      if (this.#live.size === 0) process.once('exit', this.#onExit)
      this.#live.set(directory, held)
      return directory
    } catch (cause) {
      throw new RvrError('IO', `no temporary directory can be made in ${parent}: ${messageOf(cause)}`, {
        hint: 'Free some space there, or set TMPDIR.',
        cause,
      })
    }
  }

  async remove(directory: string): Promise<void> {
    await rm(directory, { recursive: true, force: true })
    this.keep(directory)
  }

  /** Leaves a directory for its user: nobody sweeps it. */
  keep(directory: string): void {
    this.#live.get(directory)?.release()
    this.#live.delete(directory)
    if (this.#live.size === 0) process.off('exit', this.#onExit)
  }

  /** Removes all that are left. */
  async removeAll(): Promise<void> {
    await Promise.all([...this.#live.keys()].map(directory => this.remove(directory)))
  }
}
