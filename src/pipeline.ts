/** The data flow of rvr in one place: ELF image → project → library, and the store's short cut past all of it. */
import { isToolchainMissing, RvrError } from './errors.ts'
import { noEvents, type EventSink } from './events.ts'
import type { Mode } from './modes/mode.ts'
import type { LibraryFile } from './load/library-file.ts'
import { nativeCode } from './program/lift.ts'
import { BuildDirectories } from './stages/build-directories.ts'
import { beginInterpreter, type InterpreterRequest } from './stages/interpreter/making.ts'
import { Compilation } from './stages/library/compilation.ts'
import { Generators } from './stages/library/generator/generators.ts'
import type { LibraryExplanation } from './stages/library/explanation.ts'
import { library, type CompileReport } from './stages/library/library.ts'
import { openFor, type OpenedLibrary } from './stages/library/open.ts'
import type {
  BuildRequest,
  BuildTiming,
  CacheReport,
  LibraryTarget,
  PipelineOptions,
  PipelineServices,
  RecordedToolchain,
} from './stages/library/request.ts'
import { stressOf } from './stages/library/stress.ts'
import { find, keyOf, obtain } from './stages/obtain.ts'
import { StarkMaking, type StarkRequest } from './stages/stark/making.ts'
import type { Obtained } from './stages/stage.ts'
import { openCache } from './store/cache.ts'
import { remoteSettings } from './store/remote/settings.ts'
import { beginTraceEngine, type TraceEngineRequest } from './stages/trace-engine/making.ts'
import { JobSlots } from './toolchain/job-slots.ts'

export type {
  BuildRequest,
  BuildTiming,
  CacheReport,
  CompileOptions,
  PipelineOptions,
  PipelineServices,
} from './stages/library/request.ts'

export interface BuiltArtifact {
  readonly engine: OpenedLibrary['engine']
  readonly cache: CacheReport
  readonly timing: BuildTiming
  /** Is the library's file in the cache? Otherwise it is in a build directory, and goes away with the Rvr. */
  readonly isKept: boolean
}

/** A native interpreter, ready for one guest. */
export type BuiltInterpreter = BuiltArtifact

/** @throws RvrError `CACHE_UNSAFE`, `USAGE` and `IO` (the remote cache is set up wrongly). */
export async function createServices(options: PipelineOptions, events: EventSink): Promise<PipelineServices> {
  const { cacheDir, cacheMaxBytes, cacheMaxDays, remote, signal, jobs, stress } = options
  const cache = await openCache({ cacheDir, cacheMaxBytes, cacheMaxDays }, events)
  const settings = cacheDir === false ? undefined : await remoteSettings(remote, process.env, signal)
  const count: typeof cache.count = counter => cache.count(counter)
  return {
    options: { ...options, stress: stressOf(stress, process.env) },
    events,
    cache,
    remote: settings && (await import('./store/remote/tier.ts')).openRemote(settings, { count, events }),
    directories: new BuildDirectories(),
    slots: new JobSlots(jobs),
    generators: new Generators(),
  }
}

/** The library of a guest for a mode: from the cache by its input key, else generated, compiled and stored. */
export async function buildArtifact(request: BuildRequest, services: PipelineServices): Promise<BuiltArtifact> {
  const { emitDirectory, beforeWork } = request
  return withToolchain(request, services, {
    async here(compilation) {
      const obtained = await obtain(library, compilation)
      if (emitDirectory !== undefined && obtained.outcome === 'hit') {
        await beforeWork?.()
        // A hit does not even load the code generator; who wants to see its C waits for it.
        await (await import('./stages/library/project.ts')).generateProject(compilation)
      }
      return builtFrom(obtained)
    },
    async stored(compilation, toolchain) {
      const hit = emitDirectory === undefined ? await find(library, compilation) : undefined
      if (hit === undefined) return undefined
      const built = builtFrom(hit)
      return { ...built, cache: { ...built.cache, toolchain } }
    },
  })
}

/** A native interpreter is for guests of a kind, and an engine for one of them. */
export interface InterpreterFor extends LibraryTarget {
  readonly mode: Mode
  readonly signal?: AbortSignal | undefined
}

/**
 * The native interpreter for a guest: from the cache, else generated, compiled and stored.
 *
 * @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED`, `IO`; `USAGE`: a machine with autoprecompiles,
 *   which are those of one guest.
 */
export async function buildInterpreter(request: InterpreterFor, services: PipelineServices): Promise<BuiltInterpreter> {
  const { machine } = request
  if (machine.autoprecompiles !== undefined)
    throw new RvrError('USAGE', `machine ${machine.name} has autoprecompiles, which no native interpreter knows`, {
      hint: 'Compile the guest, or run it in the reference interpreter.',
      details: { machine: machine.name },
    })
  return interpreterFrom(request, await prepareInterpreter(kindOf(request), services))
}

/** The same for a kind of guests alone: what compiles nothing for any of them later. */
export async function prepareInterpreter(
  request: InterpreterRequest,
  services: PipelineServices,
): Promise<Obtained<LibraryFile>> {
  const { interpreter } = await import('./stages/interpreter/interpreter.ts')
  return obtain(interpreter, await beginInterpreter(request, services))
}

/**
 * The trace engine of a machine: from the cache, else generated, compiled and stored.
 *
 * @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `MACHINE_INVALID`, `ABORTED`, `IO`.
 */
export async function prepareTraceEngine(
  request: TraceEngineRequest,
  services: PipelineServices,
): Promise<Obtained<LibraryFile>> {
  const { traceEngine } = await import('./stages/trace-engine/trace-engine.ts')
  return obtain(traceEngine, await beginTraceEngine(request, services))
}

/**
 * A library of the proof system: from the cache, else compiled and stored.
 *
 * @throws RvrError `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `ABORTED`, `IO`.
 */
export async function prepareStark(request: StarkRequest, services: PipelineServices): Promise<Obtained<LibraryFile>> {
  const { stark } = await import('./stages/stark/stark.ts')
  return obtain(stark, await StarkMaking.begin(request, services))
}

/** The native interpreter for a guest where it is in the cache; undefined where it would have to be made. */
export async function findInterpreter(
  request: InterpreterFor,
  services: PipelineServices,
): Promise<BuiltInterpreter | undefined> {
  if (request.machine.autoprecompiles !== undefined) return undefined
  // An empty store has none, and needs no compiler to be asked what it is.
  if ((await services.cache.list()).length === 0) return undefined
  const { interpreter } = await import('./stages/interpreter/interpreter.ts')
  const found = await find(interpreter, await beginInterpreter(kindOf(request), services))
  return found && interpreterFrom(request, found)
}

const kindOf = ({ image, abi, machine, mode, signal }: InterpreterFor): InterpreterRequest => ({
  xlen: image.xlen,
  abi,
  machine,
  mode,
  signal,
})

function interpreterFrom({ image, abi, mode }: InterpreterFor, obtained: Obtained<LibraryFile>): BuiltInterpreter {
  const { opened, outcome, key, inputKey, origin, isKept, openMs } = obtained
  const { base, slots } = nativeCode(image, abi.slotBytes)
  return {
    engine: { engine: 'native', library: opened, base, slots, slotBytes: abi.slotBytes, interprets: mode.name },
    cache: { outcome, key, inputKey, origin },
    timing: { loadMs: openMs },
    isKept,
  }
}

/** Would the library come from the cache, and if not, why not? Nothing is compiled, counted or used. */
export async function explainArtifact(request: BuildRequest, services: PipelineServices): Promise<LibraryExplanation> {
  const { explain } = await import('./stages/explain.ts')
  return withToolchain<LibraryExplanation>(request, services, {
    async here(compilation) {
      const input = keyOf(library, compilation)
      if (input !== undefined) return explain(library, compilation, input)
      const reason =
        compilation.inputs === undefined ? 'the compiler does not tell what the CPU is' : 'the cache is off'
      return { outcome: 'off', reason, differences: [] }
    },
    async stored(compilation, toolchain) {
      const found = await explain(library, compilation, keyOf(library, compilation)!)
      return found.outcome === 'hit' ? { ...found, toolchain } : undefined
    },
  })
}

/**
 * A library from a file, checked before anything in it runs.
 *
 * @throws RvrError `ARTIFACT_REFUSED`, `IO`.
 */
export async function openArtifact(
  file: string,
  expected: LibraryTarget & { readonly mode?: Mode },
  events: EventSink = noEvents,
): Promise<OpenedLibrary & { readonly loadMs: number }> {
  const begin = performance.now()
  const opened = openFor(expected, file, events)
  return { ...opened, loadMs: performance.now() - begin }
}

/** How a request is answered `here`, by this host's toolchain, and with what was `stored` by one that is not here. */
interface Answers<T> {
  here(compilation: Compilation): Promise<T>
  /** Undefined: this one is of no use. */
  stored(compilation: Compilation, toolchain: RecordedToolchain): Promise<T | undefined>
}

async function withToolchain<T>(
  request: BuildRequest,
  services: PipelineServices,
  { here, stored }: Answers<T>,
): Promise<T> {
  let compilation: Compilation
  try {
    compilation = await Compilation.begin(request, services)
  } catch (error) {
    if (!isToolchainMissing(error)) throw error
    const { storedCompilations } = await import('./stages/library/without-toolchain.ts')
    for await (const found of storedCompilations(request, services)) {
      const answer = await stored(found.compilation, found.recorded)
      if (answer !== undefined) return answer
    }
    throw error
  }
  return here(compilation)
}

function builtFrom({ opened, made, isKept, openMs, ...found }: Obtained<OpenedLibrary, CompileReport>): BuiltArtifact {
  const { outcome, key, inputKey, origin } = found
  return {
    engine: opened.engine,
    cache: { outcome, key, inputKey, objects: made?.objects, origin },
    timing: { ...made?.timing, loadMs: openMs },
    isKept,
  }
}
