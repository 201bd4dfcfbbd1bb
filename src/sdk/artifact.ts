/** A guest made ready to run in one mode: compiled, loaded, interpreted, or interpreted until it is compiled. */
import { existsSync } from 'node:fs'
import type { GenericSchema, InferOutput } from 'valibot'
import { accept } from '../accept.ts'
import { RvrError } from '../errors.ts'
import type { EventReceiver } from '../events.ts'
import { writeOutput } from '../files/write.ts'
import type { Image } from '../elf/image.ts'
import type { AbiName, AbiOptions } from '../extensions/abi.ts'
import type { Item } from '../extensions/io/pull.ts'
import type { BuildTiming, CacheReport } from '../pipeline.ts'
import type { LibraryFile } from '../load/library-file.ts'
import type { SavedRun } from '../run/saved/read.ts'
import { checkModeOptions } from '../modes/options.ts'
import type { ModeName } from '../modes/registry.ts'
import { checkFits } from '../run/saved/fits.ts'
import { engineName, type EngineChoice, type EngineName } from '../run/home.ts'
import { Session } from '../run/session.ts'
import type { SessionOptions, StartOptions } from '../run/session-state.ts'
import type { BackgroundBuild } from './background.ts'
import { Execute, ResumeFrom, Save } from './calls.ts'
import type { Debugger } from './debugger/debugger.ts'
import type { Lifetime } from './lifetime.ts'
import type { ArtifactKin, ExecuteOptions, Executable, ResumeFromOptions, Run, RunListeners } from './contract.ts'
import { directoriesFor } from './directories.ts'
import { GuestRun } from './run.ts'
import { beginning, passCuts, stoppingAtCuts } from './segments.ts'

export type { BuildTiming, CacheReport }

export interface ArtifactParts extends Omit<SessionOptions, 'print' | 'progress'> {
  readonly lifetime: Lifetime
  /** The receiver of the Rvr. */
  readonly onEvent?: EventReceiver | undefined
  readonly cache: CacheReport
  readonly timing: BuildTiming
  /** Does the library's file outlive the Rvr? Absent: there is none. */
  readonly isKept?: boolean
  /** What makes native code of it while it runs. */
  readonly background?: BackgroundBuild
  readonly kin?: ArtifactKin | undefined
}

/** The options that a run began with. */
async function startOf(
  { stream, directories: _found, ...others }: StartOptions,
  { digest }: Pick<Image, 'digest'>,
): Promise<ExecuteOptions> {
  if (stream === undefined) return others
  const { streamOf } = await import('../streams/fits.ts')
  return { ...others, stream: streamOf(stream.frames, digest) }
}

/** Between two events that say how far a run is. */
const PROGRESS_MS = 1000

export class Artifact implements Executable {
  readonly mode: ModeName
  /** SHA-256 of the guest's ELF file, and the ABI it runs with. */
  readonly guestDigest: string
  readonly abi: AbiName
  /** Does the mode cut runs into segments? */
  readonly keepsSegments: boolean
  /** Does the mode record what traces are filled from? */
  readonly recordsTape: boolean
  readonly #parts: ArtifactParts

  constructor(parts: ArtifactParts) {
    this.#parts = parts
    this.mode = parts.mode.name
    this.guestDigest = parts.image.digest
    this.abi = parts.abi.name
    this.keepsSegments = parts.mode.options?.includes('segmentLimits') === true
    this.recordsTape = parts.mode.options?.includes('maxTapeBytes') === true
  }

  get #engine(): EngineChoice {
    return this.#parts.tier?.engine ?? this.#parts.engine
  }

  /** What a run starts in; that of a tiered artifact changes when native code is there, and so do the three below. */
  get engine(): EngineName {
    return engineName(this.#engine)
  }

  /** The guest's own. */
  get #library(): LibraryFile | undefined {
    const engine = this.#engine
    return engine.engine === 'native' && engine.interprets === undefined ? engine.library : undefined
  }

  /**
   * The library's file, as long as it is there; undefined for interpreters. In the cache it stays until it is
   * evicted, otherwise until the Rvr is disposed: see `isKept`, and `save`.
   */
  get file(): string | undefined {
    const path = this.#library?.path
    return path !== undefined && existsSync(path) ? path : undefined
  }

  /**
   * Does `file` outlive the Rvr? Not where the library could not be stored: the cache is off or cannot be written, or
   * the compiler does not tell what the CPU is.
   */
  get isKept(): boolean {
    const { background, isKept = false } = this.#parts
    return this.engine === 'native' && (background?.built?.isKept ?? isKept)
  }

  get cache(): CacheReport {
    return this.#parts.background?.built?.cache ?? this.#parts.cache
  }

  get timing(): BuildTiming {
    return this.#parts.background?.built?.timing ?? this.#parts.timing
  }

  /**
   * Asks for native code, whatever compiling takes, waits until nothing is being made for this artifact any more, and
   * says whether it is native code now. Never rejects.
   */
  async compiled(): Promise<boolean> {
    this.#parts.background?.want()
    await this.#parts.background?.settled
    return this.engine === 'native'
  }

  /**
   * Runs the guest in fresh memory, off the main thread.
   *
   * @throws RvrError `USAGE`, `STREAM_INVALID`, `ABORTED`, `CALLBACK_FAILED`, `DISPOSED`, `WORKER_FAILED`.
   */
  async execute(options: ExecuteOptions = {}): Promise<Run> {
    const own = this.#accept(Execute, 'execute', options)
    const { stream } = own
    if (stream === undefined) return this.#start(own, undefined)
    const { checkedFrames } = await import('../streams/fits.ts')
    return this.#start(own, { frames: checkedFrames(stream, this.#parts) })
  }

  /**
   * @internal The guest stops (`pull`) wherever it pulls an item. `items`: those that it has got; who repeats the run
   * takes them for its stream.
   */
  async executeAwaiting(options: ExecuteOptions, items: readonly Item[]): Promise<GuestRun> {
    const own = this.#accept(Execute, 'recordOrder', options)
    const stream = { guest: this.guestDigest, items }
    return this.#start({ ...own, stream }, { frames: [], awaits: true })
  }

  /**
   * The guest in front of its first instruction, with a debugger. Limits of `options` do not count.
   *
   * @throws RvrError `USAGE` (the artifact is not of mode `debug`), and as `execute` does.
   */
  async debug(options: ExecuteOptions = {}): Promise<Debugger> {
    const own = this.#accept(Execute, 'debug', options)
    const { mode, kin } = this.#parts
    if (mode.isDebuggable !== true)
      throw new RvrError('USAGE', `mode ${mode.name} does not stop where a debugger wants`, {
        hint: 'Take an artifact of mode debug.',
      })
    const { beginDebugging } = await import('./debugger/begin.ts')
    const origin = { artifact: this, options: own, kin }
    return beginDebugging(origin, this.#parts, onPrint => this.#session({ ...own, onPrint }))
  }

  async #start(own: ExecuteOptions, stream: AbiOptions['stream']): Promise<GuestRun> {
    const { mode, kin } = this.#parts
    const { inputs = [], publicValuesBytes, seed, args, env, segmentLimits, shardEnds } = own
    checkModeOptions(mode, { segmentLimits, shardEnds })
    const directories = directoriesFor(this.#parts, own.directories)
    const session = this.#session(own)
    try {
      const given = { inputs, stream, publicValuesBytes, seed, args, env, directories }
      const started = { ...given, segmentLimits, shardEnds }
      const state = await session.start(started, stoppingAtCuts(own))
      const run = new GuestRun(session, state, { artifact: this, options: own, kin })
      return (await passCuts(run, own, beginning())) as GuestRun
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  /**
   * Goes on from a run that `run.save` wrote to a file: of the same guest, ABI, mode and machine, whichever engine it
   * ran in. Limits count from there.
   *
   * @throws RvrError `IO`, `STATE_REFUSED` (the file does not fit or is damaged: `details.reason`), `USAGE`, `ABORTED`,
   *   `CALLBACK_FAILED`, `DISPOSED`, `WORKER_FAILED`.
   */
  async resumeFrom(file: string | SavedRun, options: ResumeFromOptions = {}): Promise<Run> {
    const own = this.#accept(ResumeFrom, 'resumeFrom', options)
    const { image, abi, mode, machine, kin } = this.#parts
    const { openSavedRun } = await import('../run/saved/read.ts')
    const saved = typeof file === 'string' ? await openSavedRun(file, { signal: own.signal }) : file
    checkFits(saved, { image, abi, mode, machine })
    const directories = directoriesFor(this.#parts, own.directories)
    const session = this.#session(own)
    try {
      const from = beginning(saved.instret, saved.cost)
      const state = await session.restore(saved, stoppingAtCuts(own), { directories })
      const { onPrint, onEvent, progressMs } = own
      const heard = { onPrint, onEvent, progressMs }
      const { startedWith } = session
      const origin =
        startedWith === undefined
          ? undefined
          : {
              artifact: this,
              kin,
              options: { ...(await startOf(startedWith, image)), directories: own.directories, ...heard },
            }
      return await passCuts(new GuestRun(session, state, origin), own, from)
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  #accept<const Schema extends GenericSchema>(schema: Schema, call: string, options: unknown): InferOutput<Schema> {
    this.#parts.lifetime.check()
    return accept(schema, call, options)
  }

  #session({ onPrint = () => {}, onEvent = this.#parts.onEvent, progressMs = PROGRESS_MS }: RunListeners): Session {
    const { image, abi, mode, machine, pool, tier, witness } = this.#parts
    const progress = onEvent === undefined ? undefined : { receiver: onEvent, everyMs: progressMs }
    return new Session({
      image,
      abi,
      mode,
      machine,
      engine: this.#engine,
      pool,
      print: onPrint,
      progress,
      tier,
      witness,
    })
  }

  /**
   * @internal The guest in the interpreter, which compares every call of an extension with the C in this artifact's
   *   library, or does not.
   * @throws RvrError `USAGE` (the artifact has no library).
   */
  reference(comparesCalls: boolean): Artifact {
    const { image, abi, mode, machine, pool, lifetime } = this.#parts
    const engine = this.#engine
    if (engine.engine === 'interp')
      throw new RvrError('USAGE', 'only native code can be checked, and this artifact is interpreted', {
        hint: 'Compile it first: guest.compile(mode).',
      })
    engine.library.keep()
    return new Artifact({
      image,
      abi,
      mode,
      machine,
      pool,
      lifetime,
      engine: { engine: 'interp' },
      ...(comparesCalls && { witness: { library: engine.library.name, interprets: engine.interprets } }),
      cache: { outcome: 'off' },
      timing: {},
    })
  }

  /** @internal What is being made for a tiered artifact. */
  get background(): Pick<BackgroundBuild, 'isCompiling' | 'isNearlyDone' | 'settled'> | undefined {
    return this.#parts.background
  }

  /** Copies the library to `file` and returns its absolute path; `Guest.loadArtifact` takes it from there. */
  async save(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { signal } = this.#accept(Save, 'save', options)
    const library = this.#library
    if (library === undefined)
      throw new RvrError('USAGE', 'an interpreted guest has no library to save', {
        hint: 'Compile it first: guest.compile(mode), or artifact.compiled() where it was started tiered.',
      })
    // A library in use must never change under those who run it: the new file takes the name, the old one stays with
    // its users.
    return writeOutput(file, put => library.copyTo(put), { mode: 0o400, signal })
  }
}
