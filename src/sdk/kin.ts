/** What else can be made of an artifact's guest. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Machine } from '../machine/machine.ts'
import type { PipelineServices } from '../pipeline.ts'
import type { TraceEngine } from '../trace/native/engine.ts'
import type { ArtifactKin } from './contract.ts'
import type { Lifetime } from './lifetime.ts'

interface KinOf {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly services: PipelineServices
  readonly lifetime: Lifetime
}

export function kinOf({ image, abi, machine, services, lifetime }: KinOf, ready: ArtifactKin['ready']): ArtifactKin {
  let engine: TraceEngine | undefined
  return {
    events: event => services.events(event),
    memoDirectory: () => services.cache.memoDirectory,
    ready,
    traceEngine: async (set, signal) => {
      if (engine?.set === set) return engine
      engine = await lifetime.call(signal, async until => {
        const { openTraceEngine } = await import('./traces/engine.ts')
        return openTraceEngine({ xlen: image.xlen, abi, machine, set, signal: until }, services)
      })
      return engine
    },
    proving: choice =>
      lifetime.call(choice.signal, async signal => {
        const { guestProving } = await import('./proofs/guest-proving.ts')
        return guestProving({ image, abi, machine, services }, { ...choice, signal })
      }),
  }
}
