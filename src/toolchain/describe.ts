/** Asks one compiler, its linker and make what they are. */
import { realpathSync } from 'node:fs'
import { arch as hostArch } from 'node:process'
import { RvrError } from '../errors.ts'
import { PREFERRED_CLANG, type CompilerCandidate } from './candidates.ts'
import { capture } from './capture.ts'
import { requiredFeatures } from './cpu-features.ts'
import type { CpuInfo } from './cpu-info.ts'
import { toolEnvironment, type HashedEnvironment } from './environment.ts'
import { targetFlags } from './flags.ts'
import { stampOf, type FileStamp } from './memo.ts'
import { findExecutable } from './path-search.ts'
import { codeLibraries, describeLibrary } from './shared-libraries.ts'
import { compilerNature, probeMacros, targetFacts } from './target-facts.ts'
import { describeTool, versionLine } from './tool.ts'
import type { Toolchain } from './toolchain.ts'

export interface DescribeRequest {
  readonly candidate: CompilerCandidate
  readonly make: string
  readonly targetCpu: string
  readonly environment: HashedEnvironment
  readonly cpu: CpuInfo | undefined
}

function missing(message: string, hint: string, details: Record<string, unknown>): RvrError {
  return new RvrError('TOOLCHAIN_MISSING', message, { hint, details })
}

/** The program that `cc` would run as `name`; undefined where it has none. */
async function programOf(cc: string, name: string, environment: Record<string, string>): Promise<string | undefined> {
  const { status, stdout } = await capture(cc, [`-print-prog-name=${name}`], environment)
  return status === 0 && stdout.trim() !== '' ? findExecutable(stdout.trim(), environment['PATH'] ?? '') : undefined
}

async function versionOf(path: string, environment: Record<string, string>): Promise<string> {
  const { stdout } = await capture(path, ['--version'], environment)
  return versionLine(stdout)
}

export interface Described {
  readonly toolchain: Toolchain
  /** All files that the description is about, as they were before they were looked at. */
  readonly stamps: readonly FileStamp[]
}

const stampsOf = (paths: readonly string[]): FileStamp[] => [...new Set(paths.map(path => realpathSync(path)))].map(stampOf)

/**
 * Describes the toolchain around one compiler. Undefined when it is a clang too old to be preferred to gcc.
 * Throws TOOLCHAIN_MISSING when it cannot be used at all: not a C compiler, not for this host, no linker, no GNU make.
 */
export async function describeCandidate({ candidate, make, targetCpu, environment, cpu }: DescribeRequest): Promise<Described | undefined> {
  const cc = candidate.path
  const stamps = stampsOf([cc, make])
  const tools = toolEnvironment(environment, [cc, make])
  const [targeted, plain, ccVersion, linker, makeVersion] = await Promise.all([
    probeMacros(cc, targetFlags(hostArch, targetCpu), tools), probeMacros(cc, [], tools), versionOf(cc, tools), programOf(cc, 'ld', tools), versionOf(make, tools),
  ])
  const macros = targeted ?? plain
  const nature = macros === undefined ? undefined : compilerNature(macros)
  if (macros === undefined || nature === undefined) throw missing(`${cc} does not work as a C compiler`, 'Run it by hand to see why, or name another one with --cc or RVR_CC.', { cc })
  if (nature.arch !== hostArch) throw missing(`${cc} compiles for another architecture than this host (${hostArch})`, 'Name a native compiler with --cc or RVR_CC; rvr compiles for x86-64 and arm64 hosts.', { cc, arch: nature.arch, wanted: hostArch })
  if (candidate.needsPreferred && (nature.family !== 'clang' || nature.version[0] < PREFERRED_CLANG)) return undefined
  if (linker === undefined) throw missing(`${cc} has no linker`, 'Install a linker, for example: apt-get install binutils.', { cc })
  if (!makeVersion.startsWith('GNU Make')) throw missing(`${make} is not GNU make`, 'Install GNU make, for example: apt-get install make.', { make, version: makeVersion })
  const preserveNone = nature.family === 'clang' && nature.version[0] >= PREFERRED_CLANG
  const programs = nature.family === 'gcc' ? await gccPrograms(cc, tools) : []
  const libraries = await codeLibraries([cc, linker, ...programs], tools)
  for (const stamp of stampsOf([linker, ...programs, ...libraries])) stamps.push(stamp)
  const ld = describeTool(linker, await versionOf(linker, tools))
  const toolchain: Toolchain = {
    cc: describeTool(cc, ccVersion), make: describeTool(make, makeVersion), ld, programs: [...programs.map(path => describeTool(path, '')), ...libraries.map(describeLibrary)],
    family: nature.family, version: nature.version, arch: nature.arch, preserveNone, targetCpu, environment,
    targetFacts: targeted === undefined ? undefined : targetFacts(targeted),
    cpuFeatures: requiredFeatures(macros, hostArch, targetCpu === 'native' ? cpu?.features ?? new Set() : undefined),
  }
  return { toolchain, stamps }
}

/** gcc is a driver: the compiler proper and the assembler are files of their own. */
async function gccPrograms(cc: string, environment: Record<string, string>): Promise<string[]> {
  const paths = await Promise.all(['cc1', 'as'].map(name => programOf(cc, name, environment)))
  return paths.filter(path => path !== undefined)
}
