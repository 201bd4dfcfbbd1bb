/** Asks one compiler, its linker and make what they are. */
import { realpathSync } from 'node:fs'
import { arch as hostArch } from 'node:process'
import { RvrError } from '../errors.ts'
import { askBehind, type Behind } from './behind.ts'
import { PREFERRED_CLANG, type CompilerCandidate } from './candidates.ts'
import { askingIn, type Ask } from './capture.ts'
import { complaint } from './compiler-errors.ts'
import { requiredFeatures } from './cpu-features.ts'
import type { CpuInfo } from './cpu-info.ts'
import { LIBRARY_PATH, toolEnvironment, type HashedEnvironment } from './environment.ts'
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
  /** The caller's LD_LIBRARY_PATH. */
  readonly libraryPath: string | undefined
  readonly cpu: CpuInfo | undefined
  readonly signal: AbortSignal | undefined
}

export interface Described {
  readonly toolchain: Toolchain
  /** All files that the description is about, as they were before they were looked at. */
  readonly stamps: readonly FileStamp[]
  /** Undefined: what is behind the compiler cannot be told, so this may be remembered for this once only. */
  readonly behind: Behind | undefined
}

function missing(message: string, hint: string, details: Record<string, unknown>): RvrError {
  return new RvrError('TOOLCHAIN_MISSING', message, { hint, details })
}

/** The program that `cc` would run as `name`; undefined where it has none. */
async function programOf(cc: string, name: string, ask: Ask, path: string): Promise<string | undefined> {
  const { status, stdout } = await ask(cc, [`-print-prog-name=${name}`])
  return status === 0 && stdout.trim() !== '' ? findExecutable(stdout.trim(), path) : undefined
}

async function versionOf(path: string, ask: Ask): Promise<string> {
  return versionLine((await ask(path, ['--version'])).stdout)
}

/** The version of a program that has to run. @throws RvrError `TOOLCHAIN_MISSING`. */
async function workingVersion(path: string, ask: Ask): Promise<string> {
  const { status, stdout, stderr } = await ask(path, ['--version'])
  if (status !== 0)
    throw missing(`${path} does not work: ${complaint(stderr) ?? 'it says nothing'}`, 'Run it by hand to see why.', {
      path,
    })
  return versionLine(stdout)
}

const stampsOf = (paths: readonly string[]): FileStamp[] =>
  [...new Set(paths.map(path => realpathSync(path)))].map(stampOf)

/**
 * Describes the toolchain around one compiler. Undefined when it is a clang too old to be preferred to gcc.
 * Throws TOOLCHAIN_MISSING when it cannot be used at all: not a C compiler, not for this host, no linker, no GNU make.
 * ABORTED when the signal fires.
 */
export async function describeCandidate(request: DescribeRequest): Promise<Described | undefined> {
  const { environment, libraryPath } = request
  try {
    return await describeIn(environment, request)
  } catch (error) {
    if (
      !(error instanceof RvrError) ||
      error.code !== 'TOOLCHAIN_MISSING' ||
      libraryPath === undefined ||
      libraryPath === ''
    )
      throw error
    return describeIn({ ...environment, [LIBRARY_PATH]: libraryPath }, request)
  }
}

async function describeIn(
  environment: HashedEnvironment,
  { candidate, make, targetCpu, cpu, signal }: DescribeRequest,
): Promise<Described | undefined> {
  const cc = candidate.path
  // Before each is asked anything: what changes meanwhile makes the answers stale.
  const driver = stampsOf([cc, make])
  const tools = toolEnvironment(environment, [cc, make])
  const ask = askingIn(tools, signal)
  const path = tools['PATH']!
  const [targeted, plain, ccVersion, linker, makeVersion] = await Promise.all([
    probeMacros(cc, targetFlags(hostArch, targetCpu), ask),
    probeMacros(cc, [], ask),
    versionOf(cc, ask),
    programOf(cc, 'ld', ask, path),
    versionOf(make, ask),
  ])
  const macros = targeted.macros ?? plain.macros
  const nature = macros === undefined ? undefined : compilerNature(macros)
  if (macros === undefined || nature === undefined) throw doesNotWork(cc, plain.said)
  if (nature.arch !== hostArch)
    throw missing(
      `${cc} compiles for another architecture than this host (${hostArch})`,
      'Name a native compiler with --cc or RVR_CC; rvr compiles for x86-64 and arm64 hosts.',
      { cc, arch: nature.arch, wanted: hostArch },
    )
  if (candidate.needsPreferred && (nature.family !== 'clang' || nature.version[0] < PREFERRED_CLANG)) return undefined
  if (linker === undefined)
    throw missing(`${cc} has no linker`, 'Install a linker, for example: apt-get install binutils.', { cc })
  if (!makeVersion.startsWith('GNU Make'))
    throw missing(`${make} is not GNU make`, 'Install GNU make, for example: apt-get install make.', {
      make,
      version: makeVersion,
    })
  const preserveNone = nature.family === 'clang' && nature.version[0] >= PREFERRED_CLANG
  // gcc is a driver: the compiler proper and the assembler are files of their own.
  const [proper, assembler] =
    nature.family === 'gcc' ? await Promise.all(['cc1', 'as'].map(name => programOf(cc, name, ask, path))) : []
  const found = stampsOf([linker, proper, assembler].filter(file => file !== undefined))
  const [behind, linkerVersion] = await Promise.all([
    askBehind(ask, cc, linker),
    workingVersion(linker, ask),
    assembler && workingVersion(assembler, ask),
  ])
  const programs = [...new Set([proper, assembler, behind?.compiler].filter(file => file !== undefined))]
  const libraries = await codeLibraries([cc, linker, ...programs], ask)
  const further = stampsOf([...programs, ...libraries])
  const described = await Promise.all([
    describeTool(cc, ccVersion),
    describeTool(make, makeVersion),
    describeTool(linker, linkerVersion),
    ...programs.map(file => describeTool(file, '')),
    ...libraries.map(describeLibrary),
  ])
  const [ccTool, makeTool, ld, ...behindTools] = described
  const toolchain: Toolchain = {
    cc: ccTool,
    make: makeTool,
    ld,
    programs: behindTools,
    family: nature.family,
    version: nature.version,
    arch: nature.arch,
    preserveNone,
    targetCpu,
    environment,
    targetFacts: targeted.macros === undefined ? undefined : targetFacts(targeted.macros),
    cpuFeatures: requiredFeatures(macros, hostArch, targetCpu === 'native' ? (cpu?.features ?? new Set()) : undefined),
  }
  return { toolchain, stamps: [...driver, ...found, ...further], behind }
}

function doesNotWork(cc: string, log: string): RvrError {
  const said = complaint(log)
  const advice =
    said?.includes('shared libraries') === true
      ? `If ${LIBRARY_PATH} says where they are, export it: rvr passes it on to a compiler that needs it.`
      : 'Run it by hand to see why, or name another one with --cc or RVR_CC.'
  return missing(`${cc} does not work as a C compiler${said === undefined ? '' : `: ${said}`}`, advice, { cc, log })
}
