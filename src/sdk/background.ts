/** Faster engines made ready while a guest runs: the native interpreter, then native code if it is worth it. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { RvrError, isAborted, isToolchainMissing, messageOf, throwIfAborted } from '../errors.ts'
import type { RvrEvent } from '../events.ts'
import {
  buildArtifact,
  buildInterpreter,
  findInterpreter,
  type BuildRequest,
  type BuiltArtifact,
  type PipelineServices,
} from '../pipeline.ts'
import type { NativeChoice } from '../run/home.ts'
import { Tier } from '../run/tier.ts'
import { estimatedCompileMs } from './worth.ts'

/** The guest's first instructions come first. Where nobody runs it, what is made for it waits no longer. */
const HEAD_START_MS = 200
/** Then its first text has the time to get out. */
const FIRST_TEXT_MS = 30
/** A guest that ends sooner was fast enough in the reference interpreter. */
const REFERENCE_MS = 100
/** When an Rvr is disposed, the native interpreter may take so much longer: it serves every guest. */
export const LAST_MS = 60_000

/** What an artifact can start with. */
export interface AtOnce {
  /** The library was in the cache. */
  readonly built?: BuiltArtifact
}

export class BackgroundBuild {
  /**
   * Resolves when it is known whether the cache has the library; the tier then has the native interpreter, if that was
   * there. Rejects when it is known that nothing can be made.
   */
  readonly atOnce: Promise<AtOnce>
  /** What was built, once it was. */
  built: BuiltArtifact | undefined
  /** Resolves when the library is there or will not be. */
  readonly settled: Promise<void>
  readonly tier = new Tier()
  /** Is native code being made? */
  isCompiling = false
  /** Has the last of its compilers been started? */
  isNearlyDone = false
  readonly #request: BuildRequest
  readonly #services: PipelineServices
  readonly #abandoned = new AbortController()
  /** Fires when native code is wanted whatever it takes. */
  readonly #wanted = new AbortController()
  /** Of the call that this is for, and of what ends it. */
  readonly #signal: AbortSignal
  readonly #looked = Promise.withResolvers<AtOnce>()
  #started: Promise<void> | undefined
  #interpreter: Promise<void> | undefined
  readonly #ending = new AbortController()

  readonly #caller: AbortSignal | undefined

  /** `caller`: the signal of whoever asked, which ends everything; `request.signal` fires with the Rvr too. */
  constructor(request: BuildRequest, services: PipelineServices, caller: AbortSignal | undefined) {
    this.#request = request
    this.#services = services
    this.#caller = caller
    const abandoned = this.#abandoned.signal
    this.#signal = request.signal === undefined ? abandoned : AbortSignal.any([request.signal, abandoned])
    const building = this.#build()
    this.atOnce = Promise.race([building.then(built => ({ built })), this.#looked.promise])
    this.settled = building
      .then(
        built => {
          this.built = built
          this.isCompiling = false
          this.tier.offer(built.engine)
        },
        (error: unknown) => this.#failed(error),
      )
      .then(() => this.#finish())
  }

  /** Native code is wanted now, whatever compiling takes. */
  want(): void {
    this.#wanted.abort()
  }

  /**
   * Ends the compile, if it is still going on; a native interpreter that is being made is finished. By the time it has
   * settled no process of it is left.
   */
  abandon(): void {
    this.#abandoned.abort()
    // Where nothing is kept, it would serve nobody.
    if (this.#services.cache.state !== 'ready') this.#ending.abort()
    else setTimeout(() => this.#ending.abort(), LAST_MS).unref()
  }

  async #build(): Promise<BuiltArtifact> {
    // Not before the constructor is done.
    await undefined
    const request = {
      ...this.#request,
      signal: this.#signal,
      beforeWork: () => (this.#started ??= this.#start()),
      beforeMaking: () => this.#untilWorthIt(),
    }
    return buildArtifact(request, { ...this.#services, events: event => this.#follow(event) })
  }

  /** The library is not there: the guest may begin, in the native interpreter if that is. */
  async #start(): Promise<void> {
    const found = await findInterpreter(this.#target, this.#services).catch(() => undefined)
    if (found !== undefined) this.#offer(found.engine)
    this.#looked.resolve({})
    const begun = new AbortController()
    void this.tier.begun.then(() => begun.abort())
    await this.#pause(HEAD_START_MS, begun.signal)
    if (begun.signal.aborted) await this.#pause(FIRST_TEXT_MS)
    throwIfAborted('compiling', this.#signal)
  }

  /** Nothing has it: the native interpreter is made, and the guest runs in it until compiling seems worth it. */
  async #untilWorthIt(): Promise<void> {
    const { image, mode } = this.#request
    const enough = AbortSignal.any([this.#signal, this.#wanted.signal])
    if (this.tier.native === undefined) {
      await this.tier.ranFor(REFERENCE_MS, enough)
      if (!enough.aborted) this.#interpreter ??= this.#makeInterpreter()
    }
    const ms = await estimatedCompileMs(image, mode.name, this.#services.cache)
    if (!enough.aborted) this.#say(`native code is compiled when the guest has run for ${ms} ms, an estimate`)
    await this.tier.ranFor(ms, enough)
    throwIfAborted('compiling', this.#signal)
    // One after the other: they would take processors from each other.
    if (!this.#wanted.signal.aborted) await this.#interpreter
    throwIfAborted('compiling', this.#signal)
    this.isCompiling = true
  }

  /** The next guest has the native interpreter, where this one would have been faster in it. */
  async #finish(): Promise<void> {
    const isMissed = this.tier.native === undefined && this.tier.ranMs >= REFERENCE_MS
    const isEnding = this.#caller?.aborted === true || this.#ending.signal.aborted
    if (isMissed && !isEnding) this.#interpreter ??= this.#makeInterpreter()
    await this.#interpreter
    this.tier.end()
  }

  get #target() {
    const { image, abi, machine, mode } = this.#request
    return { image, abi, machine, mode }
  }

  async #makeInterpreter(): Promise<void> {
    // It serves all guests, and knows the blocks of none.
    if (this.#request.machine.autoprecompiles !== undefined) return
    const caller = this.#caller
    const signal = caller === undefined ? this.#ending.signal : AbortSignal.any([caller, this.#ending.signal])
    this.#say('the native interpreter is made, once for all guests of this kind')
    try {
      const { engine } = await buildInterpreter({ ...this.#target, signal }, this.#services)
      this.#offer(engine)
    } catch (error) {
      // Where nothing can compile, that has been said.
      if (!isAborted(error) && !signal.aborted && !isToolchainMissing(error))
        this.#services.events(warningOf('no native interpreter', error))
    }
  }

  #offer(interpreter: NativeChoice): void {
    // Native code may have been faster.
    if (this.built === undefined) this.tier.offer(interpreter)
  }

  async #failed(error: unknown): Promise<void> {
    // What was given up has not failed, however it ended.
    if (this.#signal.aborted || isAborted(error)) return
    // Where it failed at once, `atOnce` says so.
    const isKnown = await this.atOnce.then(
      () => false,
      () => true,
    )
    if (!isKnown) this.#services.events(warningOf('no native code', error))
  }

  #pause(ms: number, until: AbortSignal = this.#signal): Promise<void> {
    const signal = AbortSignal.any([this.#signal, until])
    return sleep(ms, undefined, { signal }).catch(() => {})
  }

  #say(message: string): void {
    this.#services.events({ type: 'tier', message })
  }

  #follow(event: RvrEvent): void {
    const { events, options } = this.#services
    if (event.type === 'object' && event.done >= event.planned - (options.jobs ?? availableParallelism()))
      this.isNearlyDone = true
    events(event)
  }
}

function warningOf(what: string, error: unknown): { type: 'warning'; message: string; hint: string } {
  const hint = error instanceof RvrError ? error.hint : undefined
  return {
    type: 'warning',
    message: `there will be ${what}: ${messageOf(error)}; the guest goes on in an interpreter, which is slower`,
    hint: hint ?? 'rvr doctor says what to install.',
  }
}
