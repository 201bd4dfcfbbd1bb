/** What decides which library a request leads to, before anything is generated. */
import type { Key } from '../../store/digest.ts'
import { generatorDigest } from './generator-digest.ts'
import { inputKey, type KeyContext } from './keys.ts'
import { conventionFor } from '../../codegen/convention.ts'
import { stressTunings, type Stress } from '../../codegen/tuning.ts'
import { RvrError, isAborted } from '../../errors.ts'
import { noEvents } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { outsideFiles } from '../../extensions/compose.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import type { BuildRequest, PipelineOptions, PipelineServices } from '../../pipeline.ts'
import { profileDigest } from '../../profile/counts.ts'
import { describeToolchain, type Toolchain } from '../../toolchain/toolchain.ts'
import { version } from '../../version.ts'

/** What a mode's code depends on beside its name: in the keys and in the identity block. */
export const modeOptionsOf = ({ stress }: PipelineOptions): Readonly<Record<string, string>> =>
  stress === undefined ? {} : { stress }

/** The stress that was asked for, by option or by RVR_STRESS. @throws RvrError `USAGE`. */
export function stressOf(option: string | undefined, environment: NodeJS.ProcessEnv): Stress | undefined {
  const wanted = option ?? environment['RVR_STRESS'] ?? ''
  if (wanted === '') return undefined
  const known = Object.keys(stressTunings) as Stress[]
  const found = known.find(name => name === wanted)
  if (found === undefined)
    throw new RvrError('USAGE', `there is no stress ${wanted}`, {
      hint: `Use ${known.join(' or ')}, or leave ${option === undefined ? 'RVR_STRESS' : 'it'} out.`,
    })
  return found
}

export interface Inputs {
  readonly toolchain: Toolchain
  readonly context: KeyContext
  /** Undefined when nothing may be cached: the toolchain cannot be described, or the cache is off. */
  readonly input: Key | undefined
}

/** Everything that decides which library a request leads to. */
export async function inputsOf(request: BuildRequest, services: PipelineServices): Promise<Inputs> {
  const { cache, options, events } = services
  const { beforeWork, signal } = request
  // An empty store has no library for this guest, whatever the compiler is.
  const beforeAsking =
    beforeWork &&
    (async () => {
      if ((await cache.list()).length === 0) await beforeWork()
    })
  const toolchain = await describeToolchain({
    cc: options.cc,
    targetCpu: options.targetCpu,
    memoDirectory: cache.memoDirectory,
    events,
    beforeAsking,
    signal,
  })
  return { toolchain, ...keysFor(request, toolchain, services) }
}

/** What a request's keys are with a toolchain. */
export function keysFor(
  request: BuildRequest,
  toolchain: Toolchain,
  { cache, options }: PipelineServices,
): Omit<Inputs, 'toolchain'> {
  const context: KeyContext = {
    mode: request.mode.name,
    modeOptions: modeOptionsOf(options),
    toolchain,
    makeArguments: makeArguments(toolchain, request.abi),
    abiVersion: ABI_VERSION,
    extensionFiles: outsideFiles(request.abi.extensions),
    ...(request.profile !== undefined && { profileDigest: profileDigest(request.profile) }),
  }
  const input =
    toolchain.targetFacts === undefined || cache.state === 'off'
      ? undefined
      : inputKey({
          ...context,
          guestDigest: request.image.digest,
          machineDigest: request.machine.digest,
          generatorDigest: generatorDigest(),
          inputs: {
            xlen: request.image.xlen,
            abi: request.abi.name,
            extensions: request.abi.digest,
            rvr: version,
            ...(request.units !== undefined && { units: JSON.stringify(request.units) }),
          },
        })
  return { context, input }
}

/**
 * What lies outside of rvr (compiler, sources of extensions) may have changed while it was compiled: then nobody knows
 * what the library was made from.
 */
export async function changedMeanwhile(
  request: BuildRequest,
  input: Key,
  services: PipelineServices,
): Promise<boolean> {
  try {
    const { beforeWork: _, ...again } = request
    return (await inputsOf(again, { ...services, events: noEvents })).input?.key !== input.key
  } catch (error) {
    if (isAborted(error)) throw error
    return true // something is gone
  }
}

/**
 * gcc does not promise tail calls: the project checks what it made of them. Sources and libraries of extensions come
 * from where they lie.
 */
export function makeArguments(toolchain: Toolchain, { extensions }: GuestAbi): string[] {
  const sources = extensions.flatMap(extension => extension.sources ?? [])
  const libraries = extensions.flatMap(extension => extension.libraries ?? [])
  return [
    ...(conventionFor(toolchain).verifies ? ['VERIFY_TAIL_CALLS=1'] : []),
    ...(sources.length > 0 ? [`EXT_SRCS=${sources.join(' ')}`] : []),
    ...(libraries.length > 0 ? [`EXT_LIBS=${libraries.join(' ')}`] : []),
  ]
}
