/** Why a library comes from the cache or does not. */
import type { Key } from '../../store/digest.ts'
import type { Details } from '../../store/explain/details.ts'
import type { Explanation } from '../../store/explain/explain.ts'
import { isToolchainMissing } from '../../errors.ts'
import type { BuildRequest, PipelineServices } from '../../pipeline.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { inputsOf, type Inputs } from './inputs.ts'

/** What lies behind the digests in the key of a request; read when it is needed. */
export async function detailsOf(request: BuildRequest, toolchain: Toolchain): Promise<Details> {
  const { keyDetails } = await import('../../store/explain/details.ts')
  return keyDetails({ toolchain, machine: request.machine, extensions: request.abi.extensions })
}

/** Would the library come from the cache, and if not, why not? Nothing is compiled, counted or used. */
export async function explainArtifact(request: BuildRequest, services: PipelineServices): Promise<Explanation> {
  let inputs: Inputs
  try {
    inputs = await inputsOf(request, services)
  } catch (error) {
    const stored = isToolchainMissing(error) ? await explainStored(request, services) : undefined
    if (stored === undefined) throw error
    return stored
  }
  const { toolchain, input } = inputs
  if (input === undefined)
    return {
      outcome: 'off',
      reason: toolchain.targetFacts === undefined ? 'the compiler does not tell what the CPU is' : 'the cache is off',
      differences: [],
    }
  return services.cache.explain(input, await detailsOf(request, toolchain))
}

/** The entry that is found where nothing can compile. */
async function explainStored(request: BuildRequest, services: PipelineServices): Promise<Explanation | undefined> {
  const { storedInputs } = await import('./without-toolchain.ts')
  for await (const { input, toolchain, recorded } of storedInputs(request, services)) {
    const found = await services.cache.explain(input, await detailsOf(request, toolchain))
    if (found.outcome === 'hit') return { ...found, toolchain: recorded }
  }
  return undefined
}

/** Tells those who asked why a library has to be compiled. */
export async function reportMiss(
  request: BuildRequest,
  input: Key,
  toolchain: Toolchain,
  { cache, events }: PipelineServices,
): Promise<void> {
  const { explanationLines } = await import('../../store/explain/explain.ts')
  events({
    type: 'cache-miss',
    reasons: explanationLines(await cache.explain(input, await detailsOf(request, toolchain))),
  })
}
