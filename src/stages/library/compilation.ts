/** One compilation of a guest: what is asked for, the toolchain that does it, and what both work with. */
import { conventionFor } from '../../codegen/convention.ts'
import type { EventSink } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { outsideFiles } from '../../extensions/compose.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import { profileDigest } from '../../profile/counts.ts'
import { describeToolchain, type Toolchain } from '../../toolchain/toolchain.ts'
import { version } from '../../version.ts'
import type { StageRequest } from '../stage.ts'
import { generatorDigest } from './generator-digest.ts'
import type { LibraryInputs } from './parts.ts'
import type { BuildRequest, PipelineServices } from './request.ts'
import { modeOptionsOf } from './stress.ts'

export class Compilation implements StageRequest {
  readonly request: BuildRequest
  readonly toolchain: Toolchain
  readonly services: PipelineServices
  #inputs: LibraryInputs | undefined

  constructor(request: BuildRequest, toolchain: Toolchain, services: PipelineServices) {
    this.request = request
    this.toolchain = toolchain
    this.services = services
  }

  /** With the toolchain of this host. @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
  static async begin(request: BuildRequest, services: PipelineServices): Promise<Compilation> {
    const { beforeWork, signal } = request
    const { cache, options, events } = services
    // An empty store has no library for this guest, whatever the compiler is.
    const beforeAsking =
      beforeWork &&
      (async () => {
        if ((await cache.list()).length === 0) await beforeWork()
      })
    const { cc, targetCpu } = options
    const { memoDirectory } = cache
    const toolchain = await describeToolchain({ cc, targetCpu, memoDirectory, events, beforeAsking, signal })
    return new Compilation(request, toolchain, services)
  }

  get events(): EventSink {
    return this.services.events
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal
  }

  get beforeWork(): (() => Promise<void>) | undefined {
    return this.request.beforeWork
  }

  get beforeMaking(): (() => Promise<void>) | undefined {
    return this.request.beforeMaking
  }

  get explainMisses(): boolean | undefined {
    return this.services.options.explainMisses
  }

  /** Arguments of make beyond the toolchain's own. */
  get makeArguments(): string[] {
    return makeArgumentsOf(this.toolchain, this.request.abi)
  }

  /** What the keys are made from; undefined when the compiler does not tell what the CPU is. */
  get inputs(): LibraryInputs | undefined {
    if (this.toolchain.targetFacts === undefined) return undefined
    return (this.#inputs ??= this.#allInputs())
  }

  #allInputs(): LibraryInputs {
    const { image, abi, machine, mode, profile, units } = this.request
    return {
      toolchain: this.toolchain,
      makeArguments: this.makeArguments,
      mode: mode.name,
      modeOptions: modeOptionsOf(this.services.options),
      abiVersion: ABI_VERSION,
      extensionFiles: outsideFiles(abi.extensions),
      profileDigest: profile && profileDigest(profile),
      guestDigest: image.digest,
      machineDigest: machine.digest,
      generatorDigest: generatorDigest(),
      inputs: {
        xlen: image.xlen,
        abi: abi.name,
        extensions: abi.digest,
        rvr: version,
        ...(units !== undefined && { units: JSON.stringify(units) }),
      },
    }
  }
}

/**
 * gcc does not promise tail calls: the project checks what it made of them. Sources and libraries of extensions come
 * from where they lie.
 */
export function makeArgumentsOf(toolchain: Toolchain, { extensions }: GuestAbi): string[] {
  const sources = extensions.flatMap(extension => extension.sources ?? [])
  const libraries = extensions.flatMap(extension => extension.libraries ?? [])
  const all: string[] = []
  if (conventionFor(toolchain).verifies) all.push('VERIFY_TAIL_CALLS=1')
  if (sources.length > 0) all.push(`EXT_SRCS=${sources.join(' ')}`)
  if (libraries.length > 0) all.push(`EXT_LIBS=${libraries.join(' ')}`)
  return all
}
