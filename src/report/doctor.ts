/** What `rvr doctor` finds out about this host: runtime, toolchain, cache. */
import { tmpdir } from 'node:os'
import { openCache } from '../store/cache.ts'
import { RvrError } from '../errors.ts'
import { isNoexec } from '../load/noexec.ts'
import { BuildDirectories } from '../stages/build-directories.ts'
import { compilerCandidates, findMake } from '../toolchain/candidates.ts'
import { describeToolchain, type Toolchain } from '../toolchain/toolchain.ts'
import type { Tool } from '../toolchain/tool.ts'
import { tryToolchain } from '../toolchain/trial.ts'
import type { Answer } from './answer.ts'
import { placeOf } from './cache/stored.ts'
import type { PreparedInterpreter } from '../sdk/prepare.ts'
import { line } from './form/table.ts'
import { durationText } from './form/units.ts'

export interface DoctorReport extends Answer {
  readonly canCompile: boolean
}

interface Problem {
  readonly message: string
  readonly hint?: string | undefined
}

const toolJson = ({ path, version, digest }: Tool) => ({ path, version, digest })
const toolText = ({ path, version }: Tool): string => `${path}${version === '' ? '' : ` (${version})`}`

/** What `work` gives, or the error it throws as a problem. */
async function attempt<T>(work: () => Promise<T>, problems: Problem[]): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RvrError)) throw error
    problems.push({ message: error.message, hint: error.hint })
    return undefined
  }
}

function toolchainJson(toolchain: Toolchain) {
  const { cc, ld, make, family, version, arch, preserveNone, targetCpu, targetFacts, cpuFeatures } = toolchain
  return {
    cc: toolJson(cc),
    ld: toolJson(ld),
    make: toolJson(make),
    family,
    version: version.join('.'),
    arch,
    preserveNone,
    targetCpu,
    cacheable: targetFacts !== undefined,
    cpuFeatures,
  }
}

function toolchainText(toolchain: Toolchain): string {
  const { cc, ld, make, family, version, arch, preserveNone, targetCpu } = toolchain
  return [
    line('compiler', `${toolText(cc)}: ${family} ${version.join('.')} for ${arch}`),
    line('linker', toolText(ld)),
    line('make', toolText(make)),
    line('target CPU', targetCpu),
    line('preserve_none', preserveNone ? 'yes' : 'no: compiled guests work, but run slower'),
  ].join('')
}

const CAN = 'rvr can compile guests here.\n'
const CANNOT =
  'rvr cannot compile guests here; what is in the cache runs, ' + 'and run --tier interp works without a compiler.\n'
const NOEXEC_HINT = 'Choose a cache elsewhere with --cache-dir or RVR_CACHE_DIR, or another TMPDIR.'

/**
 * The tools that are there where not all are, in the order in which they are tried; whether they work is another
 * question.
 */
function foundTools(cc: string | undefined): { cc?: string | undefined; make?: string | undefined } {
  const pathOf = (find: () => string | undefined): string | undefined => {
    try {
      return find()
    } catch {
      return undefined // that it is missing is a problem of its own
    }
  }
  return {
    cc: pathOf(() => compilerCandidates(cc, process.env).next().value?.path),
    make: pathOf(() => findMake(process.env)),
  }
}

/** True, or an error that says why not. */
async function compiles(toolchain: Toolchain): Promise<true> {
  const builds = new BuildDirectories()
  try {
    await tryToolchain(toolchain, await builds.create())
  } finally {
    await builds.removeAll()
  }
  return true
}

/** What works here, and could work better. */
function doubtsOf(toolchain: Toolchain | undefined, cacheDirectory: string | undefined): Problem[] {
  const doubts: Problem[] = []
  if (toolchain !== undefined && !toolchain.preserveNone)
    doubts.push({
      message: 'clang 19 or newer was not found',
      hint: 'Guests run fastest with it, for example: apt-get install clang-19.',
    })
  for (const place of [cacheDirectory, tmpdir()]) {
    if (place !== undefined && isNoexec(place))
      doubts.push({
        message: `the file system of ${place} is mounted noexec: libraries there run from copies`,
        hint: NOEXEC_HINT,
      })
  }
  return doubts
}

const problemText = ({ message, hint }: Problem): string =>
  `problem: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`

/** Looks at the host; never throws for what it finds missing. */
export async function examine(options: { cc?: string; targetCpu?: string; cacheDir?: string }): Promise<DoctorReport> {
  const { cc, targetCpu, cacheDir } = options
  const problems: Problem[] = []
  const warn = (event: { type: string; message?: string; hint?: string }): void => {
    if (event.type === 'warning') problems.push({ message: event.message!, hint: event.hint })
  }
  const toolchain = await attempt(() => describeToolchain({ cc, targetCpu, events: warn }), problems)
  const canCompile = toolchain !== undefined && (await attempt(() => compiles(toolchain), problems)) === true
  const cache = await attempt(() => openCache({ cacheDir }, warn), problems)
  for (const doubt of doubtsOf(toolchain, cache?.directory)) problems.push(doubt)
  const found = toolchain === undefined ? foundTools(cc) : undefined
  const node = { version: process.version, path: process.execPath }
  return {
    canCompile,
    json: {
      canCompile,
      node,
      platform: process.platform,
      arch: process.arch,
      toolchain: toolchain && toolchainJson(toolchain),
      found,
      cache: cache === undefined ? { state: 'unsafe' } : { state: cache.state, directory: cache.directory },
      problems,
    },
    text: [
      line('node', `${node.version} (${process.platform} ${process.arch})`),
      toolchain === undefined
        ? `${line('compiler', found?.cc ?? 'none')}${line('make', found?.make ?? 'none')}`
        : toolchainText(toolchain),
      line('cache', cache === undefined ? 'refused' : `${placeOf(cache)} (${cache.state})`),
      ...problems.map(problemText),
      canCompile ? CAN : CANNOT,
    ].join(''),
  }
}

/** The same with the native interpreters that were made ready. */
export function withPrepared({ json, text, canCompile }: DoctorReport, prepared: readonly PreparedInterpreter[]) {
  const lines = prepared.map(({ xlen, abi, outcome, ms }) => {
    const how = outcome === 'hit' ? 'was in the cache' : `made in ${durationText(ms)}`
    return line('interpreter', `RV${xlen}, ABI ${abi}: ${how}`)
  })
  const rounded = prepared.map(({ ms, ...each }) => ({ ...each, ms: Math.round(ms) }))
  return { json: { ...json, interpreters: rounded }, text: [text, ...lines].join(''), canCompile }
}
