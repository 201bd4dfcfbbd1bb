/** The data flow of rvr in one place: ELF image → program → graph → C project → library, and the cache's short cut past all of it. */
import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openCache, type Cache } from './store/cache.ts'
import { artifactKey, type KeyContext } from './store/keys.ts'
import { remoteSettings, type RemoteOptions } from './store/remote/settings.ts'
import type { RemoteTier } from './store/remote/tier.ts'
import type { Key } from './store/digest.ts'
import type { LimitOptions } from './store/limits.ts'
import type { Entry } from './store/lookup.ts'
import type { Project } from './codegen/project.ts'
import type { Stress } from './codegen/tuning.ts'
import type { UnitLimits } from './codegen/unit-limits.ts'
import type { Image } from './elf/image.ts'
import { isUnchanged } from './elf/parse.ts'
import { RvrError, isAborted, isToolchainMissing, throwIfAborted } from './errors.ts'
import { noEvents, stage, type EventSink, type RvrEvent } from './events.ts'
import type { GuestAbi } from './extensions/abi.ts'
import { ABI_VERSION } from './load/abi-version.ts'
import { checkIdentity, openLibrary, refusal } from './load/identity.ts'
import { isNoexec } from './load/noexec.ts'
import type { Machine } from './machine/machine.ts'
import type { Mode } from './modes/mode.ts'
import type { ExecutionProfile } from './profile/counts.ts'
import { isMode, modeNamed, type ModeName } from './modes/registry.ts'
import type { EngineChoice } from './run/home.ts'
import { Build } from './pipeline/build.ts'
import { BuildDirectories } from './pipeline/build-directories.ts'
import { detailsOf, reportMiss } from './pipeline/explain.ts'
import { changedMeanwhile, inputsOf, stressOf, type Inputs } from './pipeline/inputs.ts'
import type { ObjectReuse, ObjectsReport } from './pipeline/objects.ts'
import type { generateProject } from './pipeline/project.ts'
import type { RecordedToolchain } from './pipeline/without-toolchain.ts'
import type { Toolchain } from './toolchain/toolchain.ts'
import { checkIncludes } from './toolchain/includes.ts'
import { JobSlots } from './toolchain/job-slots.ts'

/** Choices that hold for everything an Rvr compiles. */
export interface PipelineOptions extends LimitOptions {
  /** Cache directory; default RVR_CACHE_DIR, else `$XDG_CACHE_HOME/rvr`. `false` turns the cache off. */
  readonly cacheDir?: string | false
  /**
   * A cache on a server, behind the one on this machine; default RVR_REMOTE_CACHE. `false` turns it off, as `cacheDir:
   * false` does.
   */
  readonly remote?: RemoteOptions | false
  /** C compiler: a path or a name on PATH; default RVR_CC, else the newest clang from 19 on, else gcc. */
  readonly cc?: string
  /** CPU to compile for, as the compiler names it; default `native`. */
  readonly targetCpu?: string
  /** Parallel compiler processes; default: the number of processors. */
  readonly jobs?: number
  /** Say what differs from the nearest stored entry when a library is not in the cache: an event `cache-miss`. */
  readonly explainMisses?: boolean
  /**
   * For tests and for those who look for a bug of rvr: makes native code take rare paths. `paths`: each basic block is
   * a function of its own and every transfer a jump through the table; `stops`: the usual code. Either is stopped as
   * often as it can be. Slow. Default: RVR_STRESS.
   */
  readonly stress?: Stress | undefined
  /** Ends the reading of files that the options name while the Rvr is created. */
  readonly signal?: AbortSignal
}

/** Choices of one compilation. */
export interface CompileOptions {
  readonly signal?: AbortSignal
  /** Where the generated C project is kept, beside compiling it. */
  readonly emitDirectory?: string
  /**
   * Receives the events of this compilation instead of the Rvr's receiver; those of the cache go there all the same.
   */
  readonly onEvent?: EventSink
}

/** What the cache did for an artifact. Keys are absent where no key was computed. */
export interface CacheReport {
  readonly outcome: 'hit' | 'miss' | 'off'
  readonly key?: string
  readonly inputKey?: string
  /**
   * Of a large guest that was compiled: C files that had not changed since an earlier compilation, and those that had.
   */
  readonly objects?: ObjectsReport
  /** `remote`: the hit came from the remote cache and is now in the one on this machine too. */
  readonly origin?: 'remote'
  /** Nothing here can compile: the hit was found by what its manifest says of the toolchain that made it. */
  readonly toolchain?: RecordedToolchain
}

/** Milliseconds that making the artifact ready took; stages that did not happen are absent. */
export interface BuildTiming {
  readonly liftMs?: number
  readonly codegenMs?: number
  readonly compileMs?: number
  readonly loadMs?: number
}

/** What stages need beside their input; one per Rvr. */
export interface PipelineServices {
  readonly options: PipelineOptions
  readonly events: EventSink
  readonly cache: Cache
  readonly remote: RemoteTier | undefined
  readonly directories: BuildDirectories
  /** Compiler processes, shared by all that is compiled at once. */
  readonly slots: JobSlots
}

export interface BuildRequest extends CompileOptions {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly mode: Mode
  /**
   * Called when the library is not there at once, before anything that takes its time: work begins when the promise
   * resolves.
   */
  readonly beforeWork?: () => Promise<void>
  /** What earlier runs of the guest executed, for the code generator. */
  readonly profile?: ExecutionProfile
  /** How the generated C is cut; default: `defaultUnitLimits`. */
  readonly units?: UnitLimits
}

export interface BuiltArtifact {
  readonly engine: Extract<EngineChoice, { engine: 'native' }>
  readonly cache: CacheReport
  readonly timing: BuildTiming
  /** Is the library's file in the cache? Otherwise it is in a build directory, and goes away with the Rvr. */
  readonly isKept: boolean
}

/** @throws RvrError `CACHE_UNSAFE`, `USAGE` and `IO` (the remote cache is set up wrongly). */
export async function createServices(options: PipelineOptions, events: EventSink): Promise<PipelineServices> {
  const cache = await openCache(
    { cacheDir: options.cacheDir, cacheMaxBytes: options.cacheMaxBytes, cacheMaxDays: options.cacheMaxDays },
    events,
  )
  const settings =
    options.cacheDir === false ? undefined : await remoteSettings(options.remote, process.env, options.signal)
  const remote =
    settings === undefined
      ? undefined
      : (await import('./store/remote/tier.ts')).openRemote(settings, {
          count: counter => cache.count(counter),
          events,
        })
  return {
    options: { ...options, stress: stressOf(options.stress, process.env) },
    events,
    cache,
    remote,
    directories: new BuildDirectories(),
    slots: new JobSlots(options.jobs),
  }
}

/** The library of a guest for a mode: from the cache by its input key, else generated, compiled and stored. */
export async function buildArtifact(request: BuildRequest, services: PipelineServices): Promise<BuiltArtifact> {
  const { cache, options, remote } = services
  let inputs: Inputs
  try {
    inputs = await inputsOf(request, services)
  } catch (error) {
    const stored = isToolchainMissing(error) ? await lookupStored(request, services) : undefined
    if (stored === undefined) throw error
    return stored
  }
  const { toolchain, context, input } = inputs
  if (input === undefined) {
    await request.beforeWork?.()
    if (toolchain.targetFacts === undefined) cache.count('uncacheable')
    return compileGuest(request, toolchain, services, undefined, async library => ({
      library,
      report: { outcome: 'off' },
    }))
  }
  const hit = await lookup(request, input, services)
  if (hit !== undefined && request.emitDirectory === undefined) return hit
  const explains = hit === undefined && options.explainMisses === true
  // A miss of the whole of the cache is known when the server has been asked; without one, what may end at any time
  // hears of it now.
  if (explains && remote === undefined) await reportMiss(request, input, toolchain, services)
  await request.beforeWork?.()
  return cache.withBuildLock(
    input.key,
    async () => {
      // Another process may have built it while this one waited.
      const late =
        hit ?? (await lookup(request, input, services)) ?? (await fetchRemote(request, input, toolchain, services))
      if (late !== undefined && request.emitDirectory === undefined) return late
      if (late === undefined && explains && remote !== undefined) await reportMiss(request, input, toolchain, services)
      if (late === undefined) return compileAndStore(request, { context, input, toolchain }, services)
      await generate(request, toolchain, services)
      return late
    },
    request.signal,
  )
}

/** A hit does not even load the code generator. */
const generate: typeof generateProject = async (...args) =>
  (await import('./pipeline/project.ts')).generateProject(...args)

/** A hit: no lifting, no code generation, no compiler. */
async function lookup(
  request: BuildRequest,
  input: Key,
  { cache, events }: PipelineServices,
): Promise<BuiltArtifact | undefined> {
  const begin = performance.now()
  const key = await cache.lookupInput(input.key)
  const entry = key === undefined ? undefined : await cache.lookup(key)
  if (key === undefined || entry === undefined) return undefined
  try {
    const { engine } = await openArtifact(entry, request, events)
    return {
      engine,
      cache: { outcome: 'hit', key, inputKey: input.key },
      timing: { loadMs: performance.now() - begin },
      isKept: true,
    }
  } catch (error) {
    // Whole, but not what its key says: somebody else's entry came here under that name.
    if (!(error instanceof RvrError) || error.code !== 'ARTIFACT_REFUSED') throw error
    await cache.discard(key, error.message)
    return undefined
  }
}

/** A hit where nothing can compile. */
async function lookupStored(request: BuildRequest, services: PipelineServices): Promise<BuiltArtifact | undefined> {
  if (request.emitDirectory !== undefined) return undefined
  const { storedInputs } = await import('./pipeline/without-toolchain.ts')
  for await (const { input, recorded } of storedInputs(request, services)) {
    const hit = await lookup(request, input, services)
    if (hit !== undefined) return { ...hit, cache: { ...hit.cache, toolchain: recorded } }
  }
  return undefined
}

/** A hit of the remote cache: checked as any library is, then stored here. What does not fit is a miss. */
async function fetchRemote(
  request: BuildRequest,
  input: Key,
  toolchain: Toolchain,
  { cache, remote, directories, events }: PipelineServices,
): Promise<BuiltArtifact | undefined> {
  const begin = performance.now()
  const found = await remote?.fetch(input.key, request.signal)
  throwIfAborted('compiling', request.signal)
  if (found === undefined) return undefined
  const directory = await directories.create()
  const file = `${directory}/guest.so`
  try {
    await writeFile(file, found.library, { mode: 0o600 })
    await openArtifact(file, request)
    const entry = await cache.publish(found.key, input.key, file, {
      parts: found.manifest.parts,
      inputParts: input.parts,
      info: found.manifest.info,
      details: () => detailsOf(request, toolchain),
    })
    const { engine } = await openArtifact(entry ?? file, request, events)
    cache.count('remote-hit')
    if (entry !== undefined) await directories.remove(directory)
    return {
      engine,
      cache: { outcome: 'hit', key: found.key, inputKey: input.key, origin: 'remote' },
      timing: { loadMs: performance.now() - begin },
      isKept: entry !== undefined,
    }
  } catch (error) {
    await directories.remove(directory)
    if (isAborted(error)) throw error
    cache.count(error instanceof RvrError && error.code === 'ARTIFACT_REFUSED' ? 'remote-refused' : 'remote-error')
    return undefined
  }
}

async function compileAndStore(
  request: BuildRequest,
  { context, input, toolchain }: { context: KeyContext; input: Key; toolchain: Toolchain },
  services: PipelineServices,
): Promise<BuiltArtifact> {
  const { cache, events, remote } = services
  return compileGuest(request, toolchain, services, context, async (library, project, compileMs, objects) => {
    // A library under the key of a guest that it was not made of would be run for that guest ever after.
    if (!isUnchanged(request.image))
      throw new RvrError('INTERNAL', 'the bytes of the guest changed while it was compiled', {
        hint: 'This is a defect in rvr; please report it.',
      })
    const artifact = artifactKey({ ...context, project })
    if (cache.state === 'ready' && (await changedMeanwhile(request, input, services))) {
      cache.count('uncacheable')
      events({
        type: 'warning',
        message:
          'the compiler or a file of an extension changed while the guest was compiled; the library is not stored',
      })
      return { library, report: { outcome: 'off' } }
    }
    await objects.store(dirname(library))
    const { value: entry } = await stage(events, 'publish', () =>
      cache.publish(artifact.key, input.key, library, {
        parts: artifact.parts,
        inputParts: input.parts,
        details: () => detailsOf(request, toolchain),
        info: {
          mode: request.mode.name,
          guest: request.image.digest,
          abi: request.abi.name,
          xlen: request.image.xlen,
          compileMs: Math.round(compileMs),
          cc: toolchain.cc.path,
        },
      }),
    )
    if (entry !== undefined) remote?.offer(input.key, entry)
    return {
      library: entry ?? library,
      stored: entry !== undefined,
      report: {
        outcome: 'miss',
        key: artifact.key,
        inputKey: input.key,
        ...(objects.report !== undefined && { objects: objects.report }),
      },
    }
  })
}

type Keep = (
  library: string,
  project: Project,
  compileMs: number,
  objects: ObjectReuse,
) => Promise<{ library: string | Entry; stored?: boolean; report: CacheReport }>

/**
 * Guest → project → library → wherever `keep` puts it; units are compiled while later ones are written. A failed
 * project stays for a look; an aborted one does not.
 */
async function compileGuest(
  request: BuildRequest,
  toolchain: Toolchain,
  services: PipelineServices,
  context: KeyContext | undefined,
  keep: Keep,
): Promise<BuiltArtifact> {
  const { directories, cache, events } = services
  const directory = await directories.create()
  cache.count('build')
  try {
    await using build = new Build(directory, request, toolchain, services, context)
    const { project, timing } = await generate(request, toolchain, services, files => build.add(files))
    const ms = await build.finish(project)
    await checkIncludes(directory, request.abi.extensions)
    const { library, stored, report } = await keep(`${directory}/guest.so`, project, ms, build.objects)
    const opened = await openArtifact(library, request, events)
    if (stored === true) await directories.remove(directory)
    return {
      engine: opened.engine,
      cache: report,
      timing: { ...timing, compileMs: ms, loadMs: opened.loadMs },
      isKept: stored === true,
    }
  } catch (error) {
    if (error instanceof RvrError && error.code === 'COMPILE_FAILED') {
      cache.count('build-failed')
      directories.keep(directory)
    } else await directories.remove(directory)
    throw error
  }
}

/**
 * A library from a file or an entry of the cache, checked before anything in it runs. What runs later is the very file
 * that was checked.
 *
 * @throws RvrError `ARTIFACT_REFUSED`, `IO`.
 */
export async function openArtifact(
  source: string | Entry,
  expected: Omit<BuildRequest, 'mode'> & { mode?: Mode },
  events: EventSink = noEvents,
): Promise<{ engine: BuiltArtifact['engine']; mode: Mode<ModeName>; loadMs: number }> {
  const begin = performance.now()
  const path = typeof source === 'string' ? source : source.library
  const { file, identity } = openLibrary(path, typeof source === 'string' ? undefined : source.file)
  checkIdentity(path, identity, {
    abiVersion: ABI_VERSION,
    guestDigest: expected.image.digest,
    machineDigest: expected.machine.digest,
    abi: expected.abi.name,
    extensionsDigest: expected.abi.digest,
    ...(expected.mode && { mode: expected.mode.name }),
  })
  const { slots, base, definedSlots } = identity
  if (typeof slots !== 'number' || typeof base !== 'number' || typeof definedSlots !== 'number')
    throw refusal(path, 'no-identity', 'its identity block does not say which code it holds')
  if (!isMode(identity.mode))
    throw refusal(path, 'mode', `this rvr has no mode ${identity.mode}`, { found: identity.mode })
  file.onCopied = () => events(copyWarning(path))
  return {
    engine: {
      engine: 'native',
      library: file,
      slots,
      base,
      definedSlots,
      ...(identity.modeOptions['stress'] !== undefined && { leastBudget: true }),
    },
    mode: modeNamed(identity.mode),
    loadMs: performance.now() - begin,
  }
}

/** One that cannot be loaded from where it is. */
const copyWarning = (path: string): RvrEvent => ({
  type: 'warning',
  message: `no code may be run from ${dirname(path)}${isNoexec(path) ? ', whose file system is mounted noexec' : ''}: the library runs from a copy`,
  hint: 'Choose a cache elsewhere with --cache-dir or RVR_CACHE_DIR, or another TMPDIR with --no-cache.',
})
