/** One library of the proof system: which, and the toolchain that makes it. It is for all guests and machines. */
import type { EventSink } from '../../events.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { describeToolchain, type Toolchain } from '../../toolchain/toolchain.ts'
import { generatorDigest } from '../library/generator-digest.ts'
import type { KeyContext } from '../library/parts.ts'
import type { PipelineServices } from '../library/request.ts'
import type { StageRequest } from '../stage.ts'
import type { StarkLibrary } from './project.ts'

export interface StarkRequest {
  readonly library: StarkLibrary
  readonly signal?: AbortSignal | undefined
}

/** What the keys are made from. */
export interface StarkInputs extends KeyContext {
  readonly generatorDigest: string
}

export class StarkMaking implements StageRequest {
  readonly request: StarkRequest
  readonly toolchain: Toolchain
  readonly services: PipelineServices

  constructor(request: StarkRequest, toolchain: Toolchain, services: PipelineServices) {
    this.request = request
    this.toolchain = toolchain
    this.services = services
  }

  /** With the toolchain of this host. @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
  static async begin(request: StarkRequest, services: PipelineServices): Promise<StarkMaking> {
    const { cache, options, events } = services
    const { cc, targetCpu } = options
    const { memoDirectory } = cache
    const toolchain = await describeToolchain({ cc, targetCpu, memoDirectory, events, signal: request.signal })
    return new StarkMaking(request, toolchain, services)
  }

  get events(): EventSink {
    return this.services.events
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal
  }

  /** Undefined when the compiler does not tell what the CPU is. */
  get inputs(): StarkInputs | undefined {
    if (this.toolchain.targetFacts === undefined) return undefined
    return {
      toolchain: this.toolchain,
      mode: this.request.library,
      abiVersion: ABI_VERSION,
      generatorDigest: generatorDigest(),
    }
  }
}
