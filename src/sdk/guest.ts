/** A parsed guest: the same for every mode and every run. */
import type { LibraryExplanation } from '../stages/library/explanation.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Machine } from '../machine/machine.ts'
import { checkListed } from './unlisted.ts'
import { accept } from '../accept.ts'
import { sinkFor } from '../callbacks.ts'
import type { EventReceiver, EventSink } from '../events.ts'
import { modeNamed, type ModeName } from '../modes/registry.ts'
import {
  buildArtifact,
  buildInterpreter,
  explainArtifact,
  openArtifact,
  type BuildRequest,
  type PipelineServices,
} from '../pipeline.ts'
import type { ExecutionProfile } from '../profile/counts.ts'
import type { WorkerPool } from '../run/pool.ts'
import { GuestApc } from './apc/apc.ts'
import { Artifact, type ArtifactParts } from './artifact.ts'
import { BackgroundBuild } from './background.ts'
import type { CheckReport } from './check.ts'
import type { ArtifactKin } from './contract.ts'
import { Compile, Execute, Explain, LoadArtifact, Save } from './calls.ts'
import { ownImage, ownMachine } from './copies.ts'
import { kinOf } from './kin.ts'
import type { Lifetime } from './lifetime.ts'
import type { CompileOptions, ExecuteOptions, ProfileChoice } from './options.ts'
import type { KeyOptions } from './proofs/contract.ts'
import type { VerifyingKey } from './proofs/verifying-key.ts'
import type { FillRecordingOptions, SegmentTrace } from './traced.ts'

export interface GuestParts {
  readonly image: Image
  /** The file the guest came from, or `<bytes>`. */
  readonly path: string
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly services: PipelineServices
  readonly pool: WorkerPool
  /** What is being compiled while guests run. */
  readonly background: Set<BackgroundBuild>
  readonly lifetime: Lifetime
  /** The receiver of the Rvr. */
  readonly onEvent: EventReceiver | undefined
}

export class Guest {
  readonly path: string
  /** SHA-256 of the ELF file, 64 hex digits. */
  readonly digest: string
  readonly abi: GuestAbi
  readonly #parts: GuestParts
  #image: Image | undefined
  #machine: Machine | undefined
  #apc: GuestApc | undefined

  constructor(parts: GuestParts) {
    this.#parts = parts
    this.path = parts.path
    this.digest = parts.image.digest
    this.abi = parts.abi
    this.#kin = kinOf(parts, (mode, signal) => this.tiered(mode, { signal }))
  }

  /** The guest as it was parsed: a copy, like `machine`. What is changed in it changes nothing else. */
  get image(): Image {
    return (this.#image ??= ownImage(this.#parts.image))
  }

  /** The machine whose chips the guest's cost is counted in. */
  get machine(): Machine {
    return (this.#machine ??= ownMachine(this.#parts.machine))
  }

  /**
   * The guest's library for a mode, from the cache where it is there: a hit lifts nothing, generates nothing and starts
   * no compiler.
   *
   * @throws RvrError `USAGE` (unknown mode), `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `CACHE_UNSAFE`, `ABORTED`; `IO`,
   *   `INPUT_INVALID` (a profile that cannot be read or is of another guest).
   */
  async compile(mode: ModeName, options: CompileOptions = {}): Promise<Artifact> {
    const { services, pool, lifetime } = this.#parts
    const choices = accept(Compile, 'compile', options)
    return lifetime.call(choices.signal, async signal => {
      pool.warm()
      const parts = this.#artifactParts(mode)
      const built = await buildArtifact(await this.#request(parts, choices, signal), {
        ...services,
        events: this.#sink(choices),
      })
      return new Artifact({
        ...parts,
        engine: built.engine,
        cache: built.cache,
        timing: built.timing,
        isKept: built.isKept,
      })
    })
  }

  /**
   * The guest ready to run at once. Where the cache has its library this is `compile`; otherwise runs start in the
   * native interpreter, or, where that has still to be made, in the reference interpreter, and go on in what is faster
   * as soon as that is there. Native code is compiled when the guest has run for longer than that is estimated to take
   * (docs/sdk.md), or when `artifact.compiled()` asks for it. What fails is a warning event, and the runs stay where
   * they are. Aborting `signal` ends the compile.
   *
   * @throws RvrError `USAGE` (unknown mode), `TOOLCHAIN_MISSING` (there is nothing that could compile), `CACHE_UNSAFE`,
   *   `ABORTED`.
   */
  async tiered(mode: ModeName, options: CompileOptions = {}): Promise<Artifact> {
    const { services, pool, background, lifetime } = this.#parts
    const choices = accept(Compile, 'tiered', options)
    return lifetime.call(choices.signal, async signal => {
      pool.warm()
      const parts = this.#artifactParts(mode)
      const request = await this.#request(parts, choices, signal)
      const build = new BackgroundBuild(request, { ...services, events: this.#sink(choices) }, choices.signal)
      const { built } = await build.atOnce
      if (built !== undefined) return new Artifact({ ...parts, ...built })
      background.add(build)
      void build.settled.then(() => background.delete(build))
      return new Artifact({
        ...parts,
        engine: { engine: 'interp' },
        cache: { outcome: services.cache.state === 'off' ? 'off' : 'miss' },
        timing: {},
        tier: build.tier,
        background: build,
      })
    })
  }

  /** Blocks of the guest that are proved in one row: its autoprecompiles, stage by stage. */
  get apc(): GuestApc {
    return (this.#apc ??= new GuestApc({ ...this.#parts, guest: this }))
  }

  /**
   * Would `compile` find the library in the cache, and if not, what differs from the nearest one there? Compiles
   * nothing.
   *
   * @throws RvrError `USAGE` (unknown mode), `TOOLCHAIN_MISSING`; `IO`, `INPUT_INVALID` (a profile).
   */
  async explainCache(mode: ModeName, options: ProfileChoice = {}): Promise<LibraryExplanation> {
    const { services, lifetime } = this.#parts
    const choices = accept(Explain, 'explainCache', options)
    return lifetime.call(undefined, async signal =>
      explainArtifact(await this.#request(this.#artifactParts(mode), choices, signal), services),
    )
  }

  readonly #kin: ArtifactKin

  /** What every artifact of this guest in a mode has. @throws RvrError `USAGE` (unknown mode; checkListed). */
  #artifactParts(name: string) {
    const { image, abi, machine, pool, lifetime, onEvent } = this.#parts
    const mode = checkListed(modeNamed(name), this.#parts)
    return { image, abi, machine, mode, pool, lifetime, onEvent, kin: this.#kin }
  }

  async #request(
    { image, abi, machine, mode }: Pick<ArtifactParts, 'image' | 'abi' | 'machine' | 'mode'>,
    options: CompileOptions,
    signal: AbortSignal,
  ): Promise<BuildRequest> {
    const { onEvent: _, profile, ...others } = options
    return { image, abi, machine, mode, ...others, signal, ...(await this.#profile(profile, signal)) }
  }

  #sink({ onEvent }: CompileOptions): EventSink {
    const { services, lifetime } = this.#parts
    return onEvent === undefined ? services.events : sinkFor(onEvent, lifetime.callbacks)
  }

  async #profile(choice: ProfileChoice['profile'], signal?: AbortSignal): Promise<{ profile?: ExecutionProfile }> {
    if (choice === undefined) return {}
    const { checkProfile, readProfiles } = await import('../profile/file.ts')
    if (typeof choice === 'string') return { profile: await readProfiles([choice], this.#parts.image, signal) }
    if (!('stretches' in choice)) return { profile: await readProfiles(choice, this.#parts.image, signal) }
    checkProfile(choice, this.#parts.image)
    return { profile: choice }
  }

  /**
   * The guest in the native interpreter, which executes all guests of its kind: nothing of this one is compiled. Made
   * where the cache does not have it, which takes a compiler a second or two.
   *
   * @throws RvrError `USAGE` (unknown mode), `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `CACHE_UNSAFE`, `ABORTED`.
   */
  async interpretNatively(mode: ModeName, options: { readonly signal?: AbortSignal } = {}): Promise<Artifact> {
    const { services, lifetime } = this.#parts
    const choices = accept(Save, 'interpretNatively', options)
    return lifetime.call(choices.signal, async signal => {
      const parts = this.#artifactParts(mode)
      return new Artifact({ ...parts, ...(await buildInterpreter({ ...parts, signal }, services)) })
    })
  }

  /** The guest in the reference interpreter: needs no compiler, has the same results and counts, and is far slower. */
  interpret(mode: ModeName): Artifact {
    this.#parts.lifetime.check()
    return new Artifact({
      ...this.#artifactParts(mode),
      engine: { engine: 'interp' },
      cache: { outcome: 'off' },
      timing: {},
    })
  }

  /**
   * Runs native code and the reference interpreter side by side to the guest's end and compares them: registers, pc,
   * counts and public values after every 100,000 instructions, the C of every call of an extension with its reference
   * semantics, memory at the end. Far slower than `artifact.execute`, whose options it takes.
   *
   * @throws RvrError `CHECK_DIVERGED` naming the call whose C is wrong, or the instructions within which native code
   *   goes wrong; `USAGE` (the artifact is interpreted
   *   or of another guest), `ABORTED`.
   */
  async check(artifact: Artifact, options: ExecuteOptions = {}): Promise<CheckReport> {
    const { image, abi, lifetime } = this.#parts
    lifetime.check()
    const own = accept(Execute, 'check', options)
    if (artifact.guestDigest !== this.digest || artifact.abi !== abi.name)
      throw new RvrError('USAGE', 'the artifact is another guest than this', {
        hint: 'Take one that this guest compiled or loaded.',
        details: { wanted: this.digest, found: artifact.guestDigest },
      })
    const { checkRun } = await import('./check.ts')
    return checkRun({ image, abi, artifact }, own)
  }

  /**
   * What proofs of the guest's runs are verified with (docs/proofs.md): the same for all runs. The machine's part of it
   * is in the cache once it has been made, for all guests.
   *
   * @throws RvrError `UNPROVABLE` (the guest's ABI), `MACHINE_INVALID`, `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `USAGE`,
   *   `ABORTED`
   */
  async verifyingKey(options: KeyOptions = {}): Promise<VerifyingKey> {
    this.#parts.lifetime.check()
    const { MakeKey } = await import('./proofs/calls.ts')
    using proving = await this.#kin.proving(accept(MakeKey, 'verifyingKey', options))
    return proving.key
  }

  /**
   * Fills the tables of a segment from its recording (`SegmentTrace.saveRecording`), in any process: nothing of the run
   * is needed. Where the recording has the guest's memory, the tables are those that were filled where it was made;
   * where it has none, those of memory are missing (`trace.missing`).
   *
   * @throws RvrError `ARCHIVE_INVALID` (damaged; of another guest, machine or ABI: `details.what` says of which),
   *   `DIVERGED` (what was recorded is no execution of the guest), `UNPROVABLE`, `USAGE` (tables that take more memory
   *   than allowed), `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `IO`, `ABORTED`
   */
  async fillRecording(file: string, options: FillRecordingOptions = {}): Promise<SegmentTrace> {
    const { image, abi, machine, lifetime } = this.#parts
    lifetime.check()
    const { fillRecording } = await import('./traces/recording.ts')
    const { memoDirectory, traceEngine } = this.#kin
    return fillRecording(file, { guest: { image, abi }, machine, memoDirectory, traceEngine }, options)
  }

  /**
   * A library compiled earlier, from a file. Its identity block is checked before anything in it runs.
   *
   * @throws RvrError `ARTIFACT_REFUSED` when it was made for another guest, machine, CPU or version of rvr, or is no
   *   such library.
   */
  async loadArtifact(file: string, expected: { mode?: ModeName } = {}): Promise<Artifact> {
    const { image, abi, machine, pool, lifetime, onEvent, services } = this.#parts
    const { mode } = accept(LoadArtifact, 'loadArtifact', expected)
    return lifetime.call(undefined, async () => {
      const opened = await openArtifact(
        file,
        { image, abi, machine, mode: mode === undefined ? undefined : modeNamed(mode) },
        services.events,
      )
      return new Artifact({
        image,
        abi,
        machine,
        mode: opened.mode,
        pool,
        lifetime,
        onEvent,
        engine: opened.engine,
        cache: { outcome: 'off' },
        timing: { loadMs: opened.loadMs },
        isKept: true,
      })
    })
  }
}
