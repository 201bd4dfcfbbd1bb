/** One library for all guests of a kind: what is asked for, and the toolchain that makes it. */
import type { Xlen } from '../../elf/image.ts'
import type { EventSink } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { outsideFiles } from '../../extensions/compose.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import type { Machine } from '../../machine/machine.ts'
import { describeToolchain, type Toolchain } from '../../toolchain/toolchain.ts'
import { version } from '../../version.ts'
import { makeArgumentsOf } from '../library/compilation.ts'
import { generatorDigest } from '../library/generator-digest.ts'
import type { ModeOptions, Origin } from '../library/parts.ts'
import type { PipelineServices } from '../library/request.ts'
import type { StageRequest } from '../stage.ts'

/** All guests of one register width, ABI and machine. */
export interface GuestKind {
  readonly xlen: Xlen
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly signal?: AbortSignal | undefined
}

/** How keys and identity blocks say what a library does for the guests. */
export interface KindOrigin<Request extends GuestKind> {
  /** Stands where a guest's own library has its mode. */
  mode(request: Request): string
  /** Beside width, ABI and version of rvr. */
  inputs(request: Request): ModeOptions
}

export class KindMaking<Request extends GuestKind> implements StageRequest {
  readonly request: Request
  readonly toolchain: Toolchain
  readonly services: PipelineServices
  readonly #origin: KindOrigin<Request>

  constructor(origin: KindOrigin<Request>, request: Request, toolchain: Toolchain, services: PipelineServices) {
    this.#origin = origin
    this.request = request
    this.toolchain = toolchain
    this.services = services
  }

  /** With the toolchain of this host. @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
  static async begin<Request extends GuestKind>(
    origin: KindOrigin<Request>,
    request: Request,
    services: PipelineServices,
  ): Promise<KindMaking<Request>> {
    const { cache, options, events } = services
    const { cc, targetCpu } = options
    const { memoDirectory } = cache
    const toolchain = await describeToolchain({ cc, targetCpu, memoDirectory, events, signal: request.signal })
    return new KindMaking(origin, request, toolchain, services)
  }

  /** The same as the world is now. */
  again(services: PipelineServices): Promise<KindMaking<Request>> {
    return KindMaking.begin(this.#origin, this.request, services)
  }

  get events(): EventSink {
    return this.services.events
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal
  }

  get mode(): string {
    return this.#origin.mode(this.request)
  }

  get makeArguments(): string[] {
    return makeArgumentsOf(this.toolchain, this.request.abi)
  }

  /** What the keys are made from; undefined when the compiler does not tell what the CPU is. */
  get inputs(): Origin | undefined {
    if (this.toolchain.targetFacts === undefined) return undefined
    const { xlen, abi, machine } = this.request
    return {
      toolchain: this.toolchain,
      makeArguments: this.makeArguments,
      mode: this.mode,
      abiVersion: ABI_VERSION,
      extensionFiles: outsideFiles(abi.extensions),
      machineDigest: machine.digest,
      generatorDigest: generatorDigest(),
      inputs: { xlen, abi: abi.name, extensions: abi.digest, rvr: version, ...this.#origin.inputs(this.request) },
    }
  }
}
