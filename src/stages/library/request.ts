/** What compiling a guest is asked for and works with, and what it answers. */
import type { UnitLimits } from '../../codegen/unit-limits.ts'
import type { Stress } from '../../codegen/tuning.ts'
import type { Image } from '../../elf/image.ts'
import type { EventSink } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Mode } from '../../modes/mode.ts'
import type { ExecutionProfile } from '../../profile/counts.ts'
import type { LimitOptions } from '../../store/limits.ts'
import type { RemoteOptions } from '../../store/remote/settings.ts'
import type { JobSlots } from '../../toolchain/job-slots.ts'
import type { ObjectsReport } from '../make/objects.ts'
import type { StageServices } from '../stage.ts'
import type { Generators } from './generator/generators.ts'

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

/** What a manifest says of the toolchain that made its entry. */
export interface RecordedToolchain {
  readonly from: 'manifest'
  /** Where the compiler was; absent in entries of earlier versions. */
  readonly cc?: string
  /** Its version line. */
  readonly version: string
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
export interface PipelineServices extends StageServices {
  readonly options: PipelineOptions
  readonly events: EventSink
  /** Compiler processes, shared by all that is compiled at once. */
  readonly slots: JobSlots
  readonly generators: Generators
}

/** What a library is made for. */
export interface LibraryTarget {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
}

export interface BuildRequest extends LibraryTarget, CompileOptions {
  readonly mode: Mode
  /**
   * Called when the library is not there at once, before anything that takes its time: work begins when the promise
   * resolves.
   */
  readonly beforeWork?: (() => Promise<void>) | undefined
  /** Called when no cache has the library: it is compiled when the promise resolves. */
  readonly beforeMaking?: (() => Promise<void>) | undefined
  /** What earlier runs of the guest executed, for the code generator. */
  readonly profile?: ExecutionProfile | undefined
  /** How the generated C is cut; default: `defaultUnitLimits`. */
  readonly units?: UnitLimits | undefined
}
