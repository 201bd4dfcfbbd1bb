/** Compiles a project while it is written: make starts on the first units, then once more for all the rest. */
import { stage, type EventSink } from '../../events.ts'
import type { Cache } from '../../store/cache.ts'
import type { KeyPart } from '../../store/digest.ts'
import type { JobSlots, TakenSlots } from '../../toolchain/job-slots.ts'
import { runMake, type MakeOptions } from '../../toolchain/make.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { partsOf } from '../key.ts'
import { ObjectReuse } from './objects.ts'
import { makeParts } from './parts.ts'
import type { WrittenFile, WrittenProject } from './written.ts'

/** What the compiler spends most time on comes in files of this name. */
const UNIT = /^unit_.*\.c$/

export interface BuildOptions {
  /** Where the project lies and is compiled. */
  readonly directory: string
  readonly toolchain: Toolchain
  /** Arguments of make beyond the toolchain's own. */
  readonly makeArguments: readonly string[]
  readonly cache: Cache
  readonly slots: JobSlots
  readonly events: EventSink
  readonly signal?: AbortSignal | undefined
  /** Of the key of the units' objects; without it none of those is reused. */
  readonly unitContext?: readonly KeyPart[] | undefined
}

/** One build in its directory. Disposing of it ends what still runs. */
export class Build implements AsyncDisposable {
  readonly objects: ObjectReuse
  readonly #options: BuildOptions
  readonly #controller = new AbortController()
  /** The first objects: those of the units that are written until make starts on them. */
  readonly #first: string[] = []
  #early: Promise<TakenSlots> | undefined

  constructor(options: BuildOptions) {
    const { cache, toolchain, unitContext } = options
    const isKnown = cache.state !== 'off' && toolchain.targetFacts !== undefined
    this.objects = new ObjectReuse(cache, {
      units: unitContext,
      shared: isKnown ? partsOf(makeParts, { toolchain }) : undefined,
    })
    this.#options = options
  }

  /** The next files are there. */
  async add(files: readonly WrittenFile[]): Promise<void> {
    const compiled = await this.objects.take(this.#options.directory, files)
    if (this.#early !== undefined) return
    for (const { path } of compiled) if (UNIT.test(path)) this.#first.push(path.replace(/c$/, 'o'))
    const { total } = this.#options.slots
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
    const taken = await this.#options.slots.take(this.#first.length, signal)
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
  async finish({ units }: Pick<WrittenProject, 'units'>): Promise<number> {
    const { ms } = await stage(this.#options.events, 'compile', async () => {
      const signal = this.#signal
      await this.objects.complete(this.#options.directory)
      const planned = units.length - this.objects.found
      using taken = await (this.#early ?? this.#options.slots.take(planned, signal))
      await this.#make({
        jobs: taken.count,
        signal,
        planned,
        made: this.#early === undefined ? 0 : this.#first.length,
        events: this.#options.events,
      })
    })
    return ms
  }

  #make(options: MakeOptions, targets: readonly string[] = []): Promise<void> {
    const { directory, toolchain, makeArguments } = this.#options
    return runMake(directory, toolchain, [...makeArguments, ...targets], options)
  }

  get #signal(): AbortSignal {
    return this.#options.signal === undefined
      ? this.#controller.signal
      : AbortSignal.any([this.#controller.signal, this.#options.signal])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort()
    const taken = await this.#early?.catch(() => undefined)
    taken?.[Symbol.dispose]()
  }
}
