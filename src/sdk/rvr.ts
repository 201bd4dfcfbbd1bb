/** The SDK's entry: one Rvr holds a cache, a toolchain choice and a pool of worker threads. */
import type { Cache } from '../cache/cache.ts'
import { parseElf } from '../elf/parse.ts'
import { noEvents } from '../events.ts'
import { readInput } from '../files/read.ts'
import { createServices, type PipelineServices } from '../pipeline.ts'
import { WorkerPool } from '../run/pool.ts'
import type { BackgroundBuild } from './background.ts'
import { Guest } from './guest.ts'
import type { LoadOptions, RvrOptions } from './options.ts'
import { surroundingsOf } from './surroundings.ts'

export class Rvr implements AsyncDisposable {
  readonly #services: PipelineServices
  readonly #pool: WorkerPool
  readonly #background = new Set<BackgroundBuild>()

  private constructor(services: PipelineServices, pool: WorkerPool) {
    this.#services = services
    this.#pool = pool
  }

  /** Opens the cache. @throws RvrError `CACHE_UNSAFE` when another user could have put code into it, `USAGE` and `IO` when a remote cache is set up wrongly. */
  static async create(options: RvrOptions = {}): Promise<Rvr> {
    return new Rvr(await createServices(options, options.onEvent ?? noEvents), options.pool ?? new WorkerPool())
  }

  /** The artifact cache; its state is `off` when it is turned off or cannot be used. */
  get cache(): Cache {
    return this.#services.cache
  }

  /**
   * Reads and checks a guest, its configuration (`openvm.toml` beside it, where no other is given), and the machine whose chips its cost is counted in.
   *
   * @throws RvrError `IO` (no such file, or one of more than 1 GiB), `ABORTED`, `ELF_INVALID` (what, where, found, wanted), `MACHINE_INVALID` and `CONFIG_INVALID` (field, found, wanted),
   *   `USAGE` (the machine is for guests of another register width).
   */
  async load(guest: string | Uint8Array, options: LoadOptions = {}): Promise<Guest> {
    const path = typeof guest === 'string' ? guest : '<bytes>'
    const image = parseElf(typeof guest === 'string' ? await readInput('guest', guest, options.signal) : guest, path)
    const surroundings = await surroundingsOf(image, typeof guest === 'string' ? guest : undefined, options, this.#services.events)
    return new Guest({ image, path, ...surroundings, services: this.#services, pool: this.#pool, background: this.#background })
  }

  /** Stops every run and every compile beside one, and ends the worker threads; uploads to a remote cache that are still going on have a short time. */
  async dispose(): Promise<void> {
    const builds = [...this.#background]
    for (const build of builds) build.abandon()
    await this.#pool.close()
    await Promise.all(builds.map(({ settled }) => settled))
    await this.#services.remote?.close()
    await this.#services.directories.removeAll()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}
