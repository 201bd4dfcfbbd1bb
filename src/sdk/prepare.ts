/** Makes native interpreters ready ahead of all guests. */
import type { Xlen } from '../elf/image.ts'
import { abiNamed, abiNames } from '../extensions/registry.ts'
import type { AbiName } from '../extensions/abi.ts'
import { defaultMachine } from '../machine/machine.ts'
import { prepareInterpreter, type PipelineServices } from '../pipeline.ts'

/** A native interpreter that is ready. */
export interface PreparedInterpreter {
  readonly xlen: Xlen
  readonly abi: AbiName
  /** `hit`: it was in the cache; `off`: nothing keeps it. */
  readonly outcome: 'hit' | 'miss' | 'off'
  /** Milliseconds that it took to find or make it. */
  readonly ms: number
}

export async function prepareAll(services: PipelineServices, signal: AbortSignal): Promise<PreparedInterpreter[]> {
  const prepared: PreparedInterpreter[] = []
  for (const xlen of [32, 64] as const) {
    for (const name of abiNames) {
      // Bare programs are hardly anybody's.
      if (abiNamed(name).memory.watched !== undefined) continue
      const begin = performance.now()
      const kind = { xlen, abi: abiNamed(name), machine: defaultMachine(xlen), signal }
      const { outcome } = await prepareInterpreter(kind, services)
      prepared.push({ xlen, abi: name, outcome, ms: performance.now() - begin })
    }
  }
  return prepared
}
