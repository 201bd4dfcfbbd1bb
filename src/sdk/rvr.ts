/** The SDK's entry: one Rvr holds a cache, a toolchain choice and a pool of worker threads. */
import type { Cache } from '../store/cache.ts'
import { digestInTurns } from '../store/digest.ts'
import { memoryFor } from '../extensions/memory.ts'
import { checkWatched } from '../elf/direct.ts'
import { parseElf } from '../elf/parse.ts'
import { accept } from '../accept.ts'
import { inCall, sinkFor } from '../callbacks.ts'
import { readInput } from '../files/read.ts'
import { createServices, type PipelineServices } from '../pipeline.ts'
import { WorkerPool } from '../run/pool.ts'
import type { BackgroundBuild } from './background.ts'
import { Create, GuestFile, Load, Save } from './calls.ts'
import { Guest } from './guest.ts'
import { Lifetime } from './lifetime.ts'
import { prepareAll, type PreparedInterpreter } from './prepare.ts'
import type { LoadOptions, RvrOptions } from './options.ts'
import type { EventReceiver } from '../events.ts'
import type { VerifiedRun, VerifyOptions } from './proofs/contract.ts'
import { surroundingsOf } from './surroundings.ts'

export class Rvr implements AsyncDisposable {
  readonly #services: PipelineServices
  readonly #pool: WorkerPool
  readonly #background = new Set<BackgroundBuild>()
  readonly #lifetime: Lifetime
  readonly #receiver: EventReceiver | undefined
  #end: Promise<void> | undefined

  private constructor(
    services: PipelineServices,
    lifetime: Lifetime,
    { onEvent, pool }: Pick<RvrOptions, 'onEvent' | 'pool'>,
  ) {
    this.#services = services
    this.#lifetime = lifetime
    this.#pool = pool ?? new WorkerPool()
    this.#receiver = onEvent
  }

  /**
   * Opens the cache.
   *
   * @throws RvrError `CACHE_UNSAFE` when another user could have put code into it, `USAGE` and `IO` when a remote cache
   *   is set up wrongly.
   */
  static async create(options: RvrOptions = {}): Promise<Rvr> {
    const { onEvent, pool, ...pipeline } = accept(Create, 'Rvr.create', options)
    const lifetime = new Lifetime()
    return inCall(
      [],
      async () =>
        new Rvr(await createServices(pipeline, sinkFor(onEvent, lifetime.callbacks)), lifetime, { onEvent, pool }),
    )
  }

  /**
   * The artifact cache; its state is `off` when it is turned off or cannot be used. What it counted is there after
   * `dispose`, too: uploads end then.
   */
  get cache(): Cache {
    return this.#services.cache
  }

  /**
   * Reads and checks a guest, its configuration (`openvm.toml` beside it, where no other is given), and the machine
   * whose chips its cost is counted in.
   *
   * @throws RvrError `IO` (no such file, or one of more than 1 GiB), `ABORTED`, `ELF_INVALID` (what, where, found,
   *   wanted), `MACHINE_INVALID` and `CONFIG_INVALID` (field, found, wanted),
   *   `USAGE` (the machine is for guests of another register width).
   */
  async load(guest: string | Uint8Array, options: LoadOptions = {}): Promise<Guest> {
    this.#lifetime.check()
    // All of this is the caller's, who may change it as soon as there is a promise.
    const own = accept(GuestFile, 'load', guest)
    const choices = accept(Load, 'load', options)
    return this.#lifetime.call(choices.signal, async signal => {
      const file = typeof own === 'string' ? own : undefined
      const path = file ?? '<bytes>'
      const bytes = typeof own === 'string' ? await readInput('guest', own, signal) : own
      const image = parseElf(
        bytes,
        path,
        await digestInTurns(bytes),
        memoryFor(choices.abi ?? 'openvm', choices.memory),
      )
      if (image.memory.watched !== undefined) checkWatched(image, path)
      const { events, cache } = this.#services
      const { memoDirectory } = cache
      const surroundings = await surroundingsOf(image, file, { ...choices, signal }, { events, memoDirectory })
      const shared = {
        services: this.#services,
        pool: this.#pool,
        background: this.#background,
        lifetime: this.#lifetime,
        onEvent: this.#receiver,
      }
      return new Guest({ image, path, ...surroundings, ...shared })
    })
  }

  /**
   * Makes the native interpreters ready in which guests start that are in no cache: for both register widths and both
   * ABIs, with the extensions and the machine that guests have without a configuration.
   *
   * @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED`, `IO`.
   */
  async prepare(options: { readonly signal?: AbortSignal } = {}): Promise<readonly PreparedInterpreter[]> {
    this.#lifetime.check()
    const { signal: own } = accept(Save, 'prepare', options)
    return this.#lifetime.call(own, signal => prepareAll(this.#services, signal))
  }

  /**
   * Verifies proofs of all segments of one run, in order. Each is verified under the key, and has to begin where the
   * one before ended, the first where runs of the key's guest begin; the last one is the run's end. With the opening
   * of the guest's public values, which is checked against the root that the proofs end with, these are told too.
   *
   * @param proofs paths of files, or their bytes
   * @throws RvrError `PROOF_INVALID` (`details` is {file, step, what, section, at, query, segment}), `KEY_INVALID`,
   *   `TOOLCHAIN_MISSING` and `COMPILE_FAILED` (the verifier is compiled once), `USAGE`, `IO`, `ABORTED`
   */
  async verifyProofs(proofs: readonly (string | Uint8Array)[], options: VerifyOptions): Promise<VerifiedRun> {
    this.#lifetime.check()
    const { ProofList, Verify } = await import('./proofs/calls.ts')
    const list = accept(ProofList, 'verifyProofs', proofs)
    const { key, publicValues, signal: own } = accept(Verify, 'verifyProofs', options)
    const { verifyProofs } = await import('./proofs/verify.ts')
    return this.#lifetime.call(own, signal => verifyProofs(list, { key, publicValues, signal }, this.#services))
  }

  /**
   * Stops every run and every compile, and ends the worker threads; uploads to a remote cache that are still going on
   * have a short time. Nothing made by this Rvr can be used afterwards (`DISPOSED`), but the values of runs stay.
   *
   * @throws RvrError `CALLBACK_FAILED` when `onEvent` has thrown at an event that belonged to no call, after everything
   *   has ended.
   */
  dispose(): Promise<void> {
    return (this.#end ??= this.#endAll())
  }

  async #endAll(): Promise<void> {
    const calls = this.#lifetime.end()
    const builds = [...this.#background]
    for (const build of builds) build.abandon()
    await this.#pool.close()
    await Promise.all(builds.map(({ settled }) => settled))
    await calls
    await this.#services.generators.close()
    await this.#services.remote?.close()
    await this.#services.directories.removeAll()
    const { failure } = this.#lifetime.callbacks
    if (failure !== undefined) throw failure
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}
