/** One native interpreter: for which guests it is, and the toolchain that makes it. */
import type { Xlen } from '../../elf/image.ts'
import type { EventSink } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { outsideFiles } from '../../extensions/compose.ts'
import { ABI_VERSION } from '../../load/abi-version.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Mode } from '../../modes/mode.ts'
import { isShipped, modes } from '../../modes/registry.ts'
import { describeToolchain, type Toolchain } from '../../toolchain/toolchain.ts'
import { version } from '../../version.ts'
import { makeArgumentsOf } from '../library/compilation.ts'
import { generatorDigest } from '../library/generator-digest.ts'
import type { Origin } from '../library/parts.ts'
import type { PipelineServices } from '../library/request.ts'
import type { StageRequest } from '../stage.ts'

/** All guests of one register width, ABI and machine. */
export interface InterpreterTarget {
  readonly xlen: Xlen
  readonly abi: GuestAbi
  readonly machine: Machine
  /** Default: those that rvr ships. */
  readonly mode?: Mode
}

export interface InterpreterRequest extends InterpreterTarget {
  readonly signal?: AbortSignal | undefined
}

export class InterpreterMaking implements StageRequest {
  readonly request: InterpreterRequest
  readonly toolchain: Toolchain
  readonly services: PipelineServices

  constructor(request: InterpreterRequest, toolchain: Toolchain, services: PipelineServices) {
    this.request = request
    this.toolchain = toolchain
    this.services = services
  }

  /** With the toolchain of this host. @throws RvrError `TOOLCHAIN_MISSING`, `USAGE`, `ABORTED`. */
  static async begin(request: InterpreterRequest, services: PipelineServices): Promise<InterpreterMaking> {
    const { cache, options, events } = services
    const { cc, targetCpu } = options
    const { memoDirectory } = cache
    const toolchain = await describeToolchain({ cc, targetCpu, memoDirectory, events, signal: request.signal })
    return new InterpreterMaking(request, toolchain, services)
  }

  get events(): EventSink {
    return this.services.events
  }

  get signal(): AbortSignal | undefined {
    return this.request.signal
  }

  /** One library has all modes that rvr ships; a mode that was added has a library of its own. */
  get modes(): readonly Mode[] {
    const { mode } = this.request
    return mode === undefined || isShipped(mode) ? modes : [mode]
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
      mode: modesText(this.modes),
      abiVersion: ABI_VERSION,
      extensionFiles: outsideFiles(abi.extensions),
      machineDigest: machine.digest,
      generatorDigest: generatorDigest(),
      inputs: { xlen, abi: abi.name, extensions: abi.digest, rvr: version },
    }
  }
}

/** As keys and identity blocks say them. */
export const modesText = (all: readonly Mode[]): string => all.map(({ name }) => name).join(' ')
