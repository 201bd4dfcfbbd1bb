/** The C toolchain of this host: which compiler, linker and make, and what they can do. */
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { arch as hostArch, platform } from 'node:process'
import { noEvents, type EventSink } from '../events.ts'
import { RvrError, messageOf } from '../errors.ts'
import { compilerCandidates, findMake, type CompilerCandidate } from './candidates.ts'
import { hostCpu, type CpuInfo } from './cpu-info.ts'
import { hashedEnvironment, toolEnvironment, type HashedEnvironment } from './environment.ts'
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
  /** Undefined when the compiler could not be asked: nothing may be cached then, since the key would not tell CPUs apart. */
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
  readonly environment?: NodeJS.ProcessEnv
  readonly events?: EventSink
  /** Called before programs are started to find out what they are. */
  readonly beforeAsking?: (() => Promise<void>) | undefined
}

/** What `recall` returns is as good as what was remembered: the memo's stamps vouch for the files, this for the shape. */
function isToolchain(value: unknown): value is Toolchain {
  if (typeof value !== 'object' || value === null) return false
  const { cc, make, ld, programs, version, cpuFeatures, targetFacts } = value as Record<string, unknown>
  const isTool = (tool: unknown): boolean => typeof tool === 'object' && tool !== null && ['path', 'realPath', 'digest', 'version'].every(name => typeof (tool as Record<string, unknown>)[name] === 'string')
  return [cc, make, ld].every(isTool) && Array.isArray(programs) && programs.every(isTool) && Array.isArray(version) && Array.isArray(cpuFeatures) && typeof targetFacts === 'object' && targetFacts !== null
}

const toolsOf = ({ cc, make, ld, programs }: Toolchain): Tool[] => [cc, make, ld, ...programs]

/** Does every path still lead to the file that was described? Links are often switched, and the files that they led to stay as they are. */
function leadsToSameFiles(toolchain: Toolchain): boolean {
  try {
    return toolsOf(toolchain).every(tool => realpathSync(tool.path) === tool.realPath)
  } catch {
    return false
  }
}

/** Where the programs that a compiler looks for on PATH lie today: one that is installed in front of another takes its place. */
function programsOnPath(cc: string, make: string): string[] {
  const places = [dirname(realpathSync(cc)), toolEnvironment({}, [cc, make])['PATH']].join(':')
  return ['ld', 'as'].map(name => findExecutable(name, places) ?? '')
}

async function describeOrRecall(candidate: CompilerCandidate, make: string, targetCpu: string, cpu: CpuInfo | undefined, options: ToolchainOptions): Promise<Toolchain | undefined> {
  const environment = hashedEnvironment(options.environment ?? process.env)
  const question = [candidate.path, String(candidate.needsPreferred), make, targetCpu, hostArch, platform, cpu?.identity ?? '', ...programsOnPath(candidate.path, make)]
  const known = options.memoDirectory === undefined ? undefined : recall(options.memoDirectory, question)
  if (isToolchain(known) && known.cc.path === candidate.path && known.make.path === make && leadsToSameFiles(known)) return { ...known, environment }
  await options.beforeAsking?.()
  const { describeCandidate } = await import('./describe.ts')
  const described = await describeCandidate({ candidate, make, targetCpu, environment, cpu })
  if (described === undefined) return undefined
  const { toolchain, stamps } = described
  if (toolchain.targetFacts !== undefined && options.memoDirectory !== undefined) remember(options.memoDirectory, question, stamps, { ...toolchain, environment: {} })
  return toolchain
}

/**
 * Finds and describes the toolchain (specification codegen.md, cache.md). A warm call reads a few small files and starts no program.
 * Throws TOOLCHAIN_MISSING when nothing here can compile, USAGE for a malformed target CPU. Warns when the CPU cannot be described.
 */
export async function describeToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const environment = options.environment ?? process.env
  const targetCpu = options.targetCpu ?? 'native'
  targetFlags(hostArch, targetCpu)
  // The compiler first: when both are missing, its hint names both.
  const candidates = compilerCandidates(options.cc, environment)
  const make = findMake(environment)
  const cpu = hostCpu()
  const failures: string[] = []
  for (const candidate of candidates) {
    try {
      const toolchain = await describeOrRecall(candidate, make, targetCpu, cpu, options)
      if (toolchain === undefined) continue
      if (toolchain.targetFacts === undefined) {
        (options.events ?? noEvents)({
          type: 'warning', message: `${toolchain.cc.path} does not tell what the CPU ${targetCpu} is; compiled code is not cached`, hint: 'Name a CPU that this compiler knows with --target-cpu.',
        })
      }
      return toolchain
    } catch (error) {
      if (candidate.explicit || !(error instanceof RvrError)) throw error
      failures.push(messageOf(error))
    }
  }
  throw new RvrError('TOOLCHAIN_MISSING', `no usable C compiler was found${failures.length > 0 ? `: ${failures.join('; ')}` : ''}`, {
    hint: 'Install a C compiler and make, for example: apt-get install clang make, or apt-get install gcc make.', details: { failures },
  })
}
