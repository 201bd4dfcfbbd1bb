/** What is stored where nothing can compile: entries found by the toolchain that their own manifests tell of. */
import { basename, resolve } from 'node:path'
import { arch as hostArch } from 'node:process'
import type { KeyPart } from '../../store/digest.ts'
import type { Manifest } from '../../store/manifest.ts'
import { namedCompiler } from '../../toolchain/candidates.ts'
import { missingFeatures } from '../../toolchain/cpu-features.ts'
import { hostCpu } from '../../toolchain/cpu-info.ts'
import { hashedEnvironment, LIBRARY_PATH } from '../../toolchain/environment.ts'
import type { Tool } from '../../toolchain/tool.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { keyOf } from '../obtain.ts'
import { Compilation } from './compilation.ts'
import { library } from './library.ts'
import type { BuildRequest, PipelineServices, RecordedToolchain } from './request.ts'

/** A compilation whose library is stored, with the toolchain that made it. */
export interface StoredCompilation {
  readonly compilation: Compilation
  readonly recorded: RecordedToolchain
}

/** Flags and arguments of make follow from what kind of compiler it is, which no part of a key says by itself. */
const NATURES: readonly Pick<Toolchain, 'family' | 'version' | 'preserveNone'>[] = [
  { family: 'clang', version: [19, 0, 0], preserveNone: true },
  { family: 'clang', version: [15, 0, 0], preserveNone: false },
  { family: 'gcc', version: [12, 0, 0], preserveNone: false },
]

/** The toolchain that a key's parts tell of, as far as keys go. */
function toolchainOf(
  parts: readonly KeyPart[],
  targetCpu: string,
  path: string,
): Omit<Toolchain, keyof (typeof NATURES)[number]> {
  const values = new Map(parts.filter(({ type }) => type !== 'absent').map(({ name, value }) => [name, value]))
  const value = (name: string): string => values.get(name) ?? ''
  const tool = (name: string): Tool => ({
    path,
    realPath: path,
    digest: value(`tool/${name}/digest`),
    version: value(`tool/${name}/version`),
  })
  const programs: Tool[] = []
  while (values.has(`tool/program-${programs.length}/digest`)) programs.push(tool(`program-${programs.length}`))
  const needed = values.get(`environment/${LIBRARY_PATH}`)
  return {
    cc: tool('cc'),
    make: tool('make'),
    ld: tool('ld'),
    programs,
    targetCpu,
    arch: hostArch as Toolchain['arch'],
    targetFacts: { macros: '', digest: value('target/facts') },
    cpuFeatures: value('target/features')
      .split(' ')
      .filter(feature => feature !== ''),
    environment: { ...hashedEnvironment(process.env), ...(needed !== undefined && { [LIBRARY_PATH]: needed }) },
  }
}

/** Was it made by the compiler that the caller names? */
function isMadeBy(named: string | undefined, { info: { cc } }: Manifest): boolean {
  return (
    named === undefined ||
    (typeof cc === 'string' && (named.includes('/') ? resolve(named) === cc : named === basename(cc)))
  )
}

/**
 * Compilations of a request by all toolchains that made its library for a CPU like this one, the most recently used
 * first; by the compiler alone that is named, where one is.
 */
export async function* storedCompilations(
  request: BuildRequest,
  services: PipelineServices,
): AsyncGenerator<StoredCompilation, void, void> {
  const { cache, options } = services
  const named = namedCompiler(options.cc, process.env)
  const present = hostCpu()?.features ?? new Set<string>()
  for await (const manifest of cache.manifestsAbout({ fact: 'guest', value: request.image.digest })) {
    if (!isMadeBy(named, manifest)) continue
    const { cc } = manifest.info
    const path = typeof cc === 'string' ? cc : ''
    const described = toolchainOf(manifest.inputParts, options.targetCpu ?? 'native', path)
    if (missingFeatures(described.cpuFeatures, present).length > 0) continue
    const recorded: RecordedToolchain = { from: 'manifest', version: described.cc.version }
    for (const nature of NATURES) {
      const compilation = new Compilation(request, { ...described, ...nature }, services)
      if (keyOf(library, compilation)?.key === manifest.inputKey)
        yield { compilation, recorded: path === '' ? recorded : { ...recorded, cc: path } }
    }
  }
}
