/** Compiles a project while it is still being written: make starts on the first units, and once more for the rest and the library. */
import type { KeyContext } from '../library/keys.ts'
import type { Project, ProjectFile } from '../../codegen/project.ts'
import { stage } from '../../events.ts'
import type { BuildRequest, PipelineServices } from '../../pipeline.ts'
import type { TakenSlots } from '../../toolchain/job-slots.ts'
import { runMake } from '../../toolchain/make.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { writeFiles } from '../../toolchain/write-project.ts'
import { makeArguments } from '../library/inputs.ts'
import { ObjectReuse } from './objects.ts'

/** What the compiler spends most time on comes in files of this name. */
const UNIT = /^unit_.*\.c$/

/** One build in its directory. Disposing of it ends what still runs. */
export class Build implements AsyncDisposable {
  readonly objects: ObjectReuse
  readonly #directory: string
  readonly #request: BuildRequest
  readonly #toolchain: Toolchain
  readonly #services: PipelineServices
  readonly #controller = new AbortController()
  /** The first objects: those of the units that are written until make starts on them. */
  readonly #first: string[] = []
  #early: Promise<TakenSlots> | undefined

  constructor(
    directory: string,
    request: BuildRequest,
    toolchain: Toolchain,
    services: PipelineServices,
    context?: KeyContext,
  ) {
    this.objects = new ObjectReuse(services.cache, context)
    this.#directory = directory
    this.#request = request
    this.#toolchain = toolchain
    this.#services = services
  }

  /** Takes the next files in. @throws RvrError `IO`. */
  async add(files: readonly ProjectFile[]): Promise<void> {
    await writeFiles(this.#directory, files)
    const compiled = await this.objects.take(this.#directory, files)
    if (this.#early !== undefined) return
    for (const { path } of compiled) if (UNIT.test(path)) this.#first.push(path.replace(/c$/, 'o'))
    const { total } = this.#services.slots
    // With fewer there is nothing to gain.
    if (this.#first.length <= total) return
    // One for each process: units are of one size, so that these end together when make starts anew for the others.
    this.#first.length = total
    this.#early = this.#start()
    // `finish` looks at a failure, when all files are there.
    this.#early.catch(() => {})
  }

  async #start(): Promise<TakenSlots> {
    const signal = this.#signal
    const taken = await this.#services.slots.take(this.#first.length, signal)
    try {
      await this.#make({ jobs: taken.count, signal }, this.#first)
      return taken
    } catch (error) {
      taken[Symbol.dispose]()
      throw error
    }
  }

  /**
   * All files are there: makes the library and returns the milliseconds that this took.
   *
   * @throws RvrError `COMPILE_FAILED`, `ABORTED`.
   */
  async finish({ units }: Project): Promise<number> {
    const { ms } = await stage(this.#services.events, 'compile', async () => {
      const signal = this.#signal
      const planned = units.length - (this.objects.report?.reused ?? 0)
      using taken = await (this.#early ?? this.#services.slots.take(planned, signal))
      await this.#make({
        jobs: taken.count,
        signal,
        planned,
        made: this.#early === undefined ? 0 : this.#first.length,
        events: this.#services.events,
      })
    })
    return ms
  }

  #make(options: Parameters<typeof runMake>[3], targets: readonly string[] = []): Promise<void> {
    return runMake(
      this.#directory,
      this.#toolchain,
      [...makeArguments(this.#toolchain, this.#request.abi), ...targets],
      options,
    )
  }

  get #signal(): AbortSignal {
    return this.#request.signal === undefined
      ? this.#controller.signal
      : AbortSignal.any([this.#controller.signal, this.#request.signal])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort()
    const taken = await this.#early?.catch(() => undefined)
    taken?.[Symbol.dispose]()
  }
}
