/** The C toolchain of this host: which compiler, linker and make, and what they can do. */
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { arch as hostArch, platform } from 'node:process'
import type { Environment } from '../environment.ts'
import { noEvents, type EventSink } from '../events.ts'
import { RvrError, messageOf } from '../errors.ts'
import { compilerCandidates, findMake, type CompilerCandidate } from './candidates.ts'
import { hostCpu, type CpuInfo } from './cpu-info.ts'
import type { Behind } from './behind.ts'
import { hashedEnvironment, LIBRARY_PATH, toolEnvironment, type HashedEnvironment } from './environment.ts'
import { targetFlags, type CompilerFamily } from './flags.ts'
import { recall, remember } from './memo.ts'
import { findExecutable } from './path-search.ts'
import type { TargetFacts } from './target-facts.ts'
import type { Tool } from './tool.ts'

export interface Toolchain {
  readonly cc: Tool
  readonly make: Tool
  readonly ld: Tool
  /** What is behind compiler and linker: programs (gcc: cc1 and as), and shared libraries that hold their code. */
  readonly programs: readonly Tool[]
  readonly family: CompilerFamily
  readonly version: readonly [major: number, minor: number, patch: number]
  /** Architecture of host and compiler, as Node names it. */
  readonly arch: 'x64' | 'arm64'
  /** Does the compiler know the calling convention preserve_none (clang 19 and newer)? */
  readonly preserveNone: boolean
  /** CPU that is compiled for; `native` is this host's. */
  readonly targetCpu: string
  /**
   * Undefined when the compiler could not be asked: nothing may be cached then, since the key would not tell CPUs
   * apart.
   */
  readonly targetFacts: TargetFacts | undefined
  /** Features that compiled code requires of a CPU, as /proc/cpuinfo names them, sorted. */
  readonly cpuFeatures: readonly string[]
  /** Environment variables that reach make and the compiler. */
  readonly environment: HashedEnvironment
}

export interface ToolchainOptions {
  /** C compiler: a path or a name on PATH; default RVR_CC, else the best one found. */
  readonly cc?: string | undefined
  /** Default `native`. */
  readonly targetCpu?: string | undefined
  /** Directory for remembered descriptions; without it every call starts the tools. */
  readonly memoDirectory?: string | undefined
  /** The caller's environment; default `process.env`. */
  readonly environment?: Environment
  readonly events?: EventSink
  /** Called before programs are started to find out what they are. */
  readonly beforeAsking?: (() => Promise<void>) | undefined
  /** Rejects with ABORTED when it fires while programs are asked. */
  readonly signal?: AbortSignal | undefined
}

/** What is remembered. `environment` holds what these tools need beside what all get. */
interface Remembered {
  readonly toolchain: Toolchain
  readonly behind: Behind
}

/**
 * What `recall` returns is as good as what was remembered: the memo's stamps vouch for the files, this for the shape.
 */
function isRemembered(value: unknown): value is Remembered {
  const isObject = (item: unknown): item is Record<string, unknown> => typeof item === 'object' && item !== null
  if (!isObject(value) || !isObject(value['toolchain']) || !isObject(value['behind'])) return false
  const { cc, make, ld, programs, version, cpuFeatures, targetFacts, environment } = value['toolchain']
  const isTool = (tool: unknown): boolean =>
    isObject(tool) && ['path', 'realPath', 'digest', 'version'].every(name => typeof tool[name] === 'string')
  return (
    [cc, make, ld].every(isTool) &&
    Array.isArray(programs) &&
    programs.every(isTool) &&
    [version, cpuFeatures].every(Array.isArray) &&
    isObject(targetFacts) &&
    isObject(environment)
  )
}

const toolsOf = ({ cc, make, ld, programs }: Toolchain): Tool[] => [cc, make, ld, ...programs]

/**
 * Does every path still lead to the file that was described? Links are often switched, and the files that they led to
 * stay as they are.
 */
function leadsToSameFiles(toolchain: Toolchain): boolean {
  try {
    return toolsOf(toolchain).every(tool => realpathSync.native(tool.path) === tool.realPath)
  } catch {
    return false
  }
}

/**
 * Where the programs that a compiler looks for on PATH lie today: one that is installed in front of another takes its
 * place.
 */
function programsOnPath(cc: string, make: string): string[] {
  const places = [dirname(realpathSync.native(cc)), toolEnvironment({}, [cc, make])['PATH']].join(':')
  return ['ld', 'as'].map(name => findExecutable(name, places) ?? '')
}

interface Question {
  readonly candidate: CompilerCandidate
  readonly make: string
  readonly targetCpu: string
  readonly cpu: CpuInfo | undefined
}

/** The toolchain as it was described earlier, if it still is that one. */
async function recalled(
  { candidate, make }: Question,
  known: unknown,
  environment: HashedEnvironment,
  options: ToolchainOptions,
): Promise<Toolchain | undefined> {
  if (!isRemembered(known)) return undefined
  const { toolchain, behind } = known
  const needed = toolchain.environment[LIBRARY_PATH]
  if (toolchain.cc.path !== candidate.path || toolchain.make.path !== make || !leadsToSameFiles(toolchain))
    return undefined
  if (needed !== undefined && needed !== (options.environment ?? process.env)[LIBRARY_PATH]) return undefined
  const today = { ...environment, ...toolchain.environment }
  if (Object.keys(behind).length > 0) {
    const { askingIn } = await import('./capture.ts')
    const { isStillBehind } = await import('./behind.ts')
    if (
      !(await isStillBehind(
        behind,
        askingIn(toolEnvironment(today, [candidate.path, make]), options.signal),
        candidate.path,
        toolchain.ld.path,
      ))
    )
      return undefined
  }
  return { ...toolchain, environment: today }
}

async function describeOrRecall(asked: Question, options: ToolchainOptions): Promise<Toolchain | undefined> {
  const { candidate, make, targetCpu, cpu } = asked
  const { memoDirectory, signal } = options
  const from = options.environment ?? process.env
  const environment = hashedEnvironment(from)
  const libraryPath = from[LIBRARY_PATH]
  const question = [
    candidate.path,
    String(candidate.needsPreferred),
    make,
    targetCpu,
    hostArch,
    platform,
    cpu?.identity ?? '',
    ...programsOnPath(candidate.path, make),
  ]
  const known =
    memoDirectory === undefined
      ? undefined
      : await recalled(asked, recall(memoDirectory, question), environment, options)
  if (known !== undefined) return known
  await options.beforeAsking?.()
  const { describeCandidate } = await import('./describe.ts')
  const described = await describeCandidate({ candidate, make, targetCpu, environment, libraryPath, cpu, signal })
  if (described === undefined) return undefined
  const { toolchain, stamps, behind } = described
  if (toolchain.targetFacts !== undefined && behind !== undefined && memoDirectory !== undefined) {
    const needed = toolchain.environment[LIBRARY_PATH]
    const kept: Remembered = {
      toolchain: { ...toolchain, environment: needed === undefined ? {} : { [LIBRARY_PATH]: needed } },
      behind,
    }
    remember(memoDirectory, question, stamps, kept)
  }
  return toolchain
}

/**
 * Finds and describes the toolchain (docs/codegen.md, "clang and gcc"). A warm call reads a few small files and
 * starts no program. Throws TOOLCHAIN_MISSING when nothing here can compile, USAGE for a malformed target CPU, ABORTED.
 * Warns when the CPU cannot be described.
 */
export async function describeToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const environment = options.environment ?? process.env
  const targetCpu = options.targetCpu ?? 'native'
  targetFlags(hostArch, targetCpu)
  const cpu = hostCpu()
  const failures: string[] = []
  let make: string | undefined
  for (const candidate of compilerCandidates(options.cc, environment)) {
    // The compiler first: when both are missing, its hint names both.
    make ??= findMake(environment)
    try {
      const toolchain = await describeOrRecall({ candidate, make, targetCpu, cpu }, options)
      if (toolchain === undefined) continue
      if (toolchain.targetFacts === undefined) {
        ;(options.events ?? noEvents)({
          type: 'warning',
          message: `${toolchain.cc.path} does not tell what the CPU ${targetCpu} is; compiled code is not cached`,
          hint: 'Name a CPU that this compiler knows with --target-cpu.',
        })
      }
      return toolchain
    } catch (error) {
      // Whatever else went wrong, an abort for one, says nothing about the compiler.
      if (candidate.explicit || !(error instanceof RvrError) || error.code !== 'TOOLCHAIN_MISSING') throw error
      failures.push(messageOf(error))
    }
  }
  throw new RvrError(
    'TOOLCHAIN_MISSING',
    `no usable C compiler was found${failures.length > 0 ? `: ${failures.join('; ')}` : ''}`,
    {
      hint: 'Install a C compiler and make, for example: apt-get install clang make, or apt-get install gcc make.',
      details: { failures },
    },
  )
}
