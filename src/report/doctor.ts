/** What `rvr doctor` finds out about this host: runtime, toolchain, cache. */
import { openCache } from '../cache/cache.ts'
import { RvrError } from '../errors.ts'
import { describeToolchain, type Toolchain } from '../toolchain/toolchain.ts'
import type { Tool } from '../toolchain/tool.ts'

export interface DoctorReport {
  readonly json: object
  readonly text: string
  readonly canCompile: boolean
}

interface Problem {
  readonly message: string
  readonly hint?: string | undefined
}

const WIDTH = 16
const line = (name: string, value: string): string => `${name.padEnd(WIDTH)}${value}\n`
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
    cc: toolJson(cc), ld: toolJson(ld), make: toolJson(make), family, version: version.join('.'), arch, preserveNone,
    targetCpu, cacheable: targetFacts !== undefined, cpuFeatures,
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

/** Looks at the host; never throws for what it finds missing. */
export async function examine(options: { cc?: string; targetCpu?: string; cacheDir?: string }): Promise<DoctorReport> {
  const problems: Problem[] = []
  const warn = (event: { type: string; message?: string; hint?: string }): void => {
    if (event.type === 'warning') problems.push({ message: event.message!, hint: event.hint })
  }
  const toolchain = await attempt(() => describeToolchain({ cc: options.cc, targetCpu: options.targetCpu, events: warn }), problems)
  const cache = await attempt(() => openCache({ cacheDir: options.cacheDir }, warn), problems)
  if (toolchain !== undefined && !toolchain.preserveNone) problems.push({ message: 'clang 19 or newer was not found', hint: 'Guests run fastest with it, for example: apt-get install clang-19.' })
  const canCompile = toolchain !== undefined
  const node = { version: process.version, path: process.execPath }
  return {
    canCompile,
    json: {
      canCompile, node, platform: process.platform, arch: process.arch,
      ...(toolchain !== undefined && { toolchain: toolchainJson(toolchain) }),
      cache: cache === undefined ? { state: 'unsafe' } : { state: cache.state, directory: cache.directory },
      problems,
    },
    text: [
      line('node', `${node.version} (${process.platform} ${process.arch})`),
      toolchain === undefined ? line('compiler', 'none') : toolchainText(toolchain),
      line('cache', cache === undefined ? 'refused' : `${cache.directory} (${cache.state})`),
      ...problems.map(({ message, hint }) => `problem: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`),
      canCompile ? 'rvr can compile guests here.\n' : 'rvr cannot compile guests here; run --tier interp works without a compiler.\n',
    ].join(''),
  }
}
