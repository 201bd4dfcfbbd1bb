/** Temporary directories that projects are compiled in: none outlives the process unless somebody should look into it. */
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'

export class BuildDirectories {
  readonly #live = new Set<string>()
  readonly #onExit = (): void => {
    for (const directory of this.#live) rmSync(directory, { recursive: true, force: true })
  }

  /** A fresh, private directory. @throws RvrError `IO`. */
  async create(): Promise<string> {
    try {
      const directory = await mkdtemp(join(tmpdir(), 'rvr-build-'))
      if (this.#live.size === 0) process.once('exit', this.#onExit)
      this.#live.add(directory)
      return directory
    } catch (cause) {
      throw new RvrError('IO', `no temporary directory can be made in ${tmpdir()}: ${messageOf(cause)}`, { hint: 'Free some space there, or set TMPDIR.', cause })
    }
  }

  async remove(directory: string): Promise<void> {
    await rm(directory, { recursive: true, force: true })
    this.keep(directory)
  }

  /** Leaves a directory for its user. */
  keep(directory: string): void {
    this.#live.delete(directory)
    if (this.#live.size === 0) process.off('exit', this.#onExit)
  }

  /** Removes all that are left. */
  async removeAll(): Promise<void> {
    await Promise.all([...this.#live].map(directory => this.remove(directory)))
  }
}
