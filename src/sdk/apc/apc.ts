/** Autoprecompiles of a guest, stage by stage: candidates, and a choice of them. */
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Machine } from '../../machine/machine.ts'
import type { ModeName } from '../../modes/registry.ts'
import type { PipelineServices } from '../../pipeline.ts'
import type { Executable } from '../contract.ts'
import type { Lifetime } from '../lifetime.ts'
import type { ApcAnalysis } from './analysis.ts'
import type {
  ApcAnalyzeOptions,
  ApcCandidates,
  ApcGenerateOptions,
  ApcSelection,
  ApcSelectOptions,
  ApcSetup,
  ApcSetupOptions,
} from './contract.ts'

/** What makes the guest ready to run. */
export interface ApcGuest {
  tiered(mode: ModeName, options: { readonly signal: AbortSignal }): Promise<Executable>
  interpret(mode: ModeName): Executable
}

/** What autoprecompiles are made of. */
export interface ApcParts {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly services: PipelineServices
  readonly lifetime: Lifetime
  readonly guest: ApcGuest
}

export class GuestApc {
  readonly #parts: ApcParts

  constructor(parts: ApcParts) {
    this.#parts = parts
  }

  /**
   * Candidates for autoprecompiles, built and ranked: from the cache, where it has them.
   *
   * @throws RvrError `USAGE` (options that do not go together; fewer columns than the machine has itself; a machine
   *   without AIRs), `ABORTED`, `WORKER_FAILED`, `IO` (`candidatesDir`), and what `execute` throws of the profiled run
   */
  async generate(options: ApcGenerateOptions = {}): Promise<ApcCandidates> {
    const { generateCandidates } = await import('./stages.ts')
    return generateCandidates(this.#parts, options)
  }

  /**
   * The first candidates in their order. With PGO `cell` the candidates are the same whatever is selected; with the
   * others no more are built than are selected and skipped, unless `candidates` says how many.
   *
   * @throws RvrError as `generate`
   */
  async select(options: ApcSelectOptions): Promise<ApcSelection> {
    const { selectCandidates } = await import('./stages.ts')
    return selectCandidates(this.#parts, options)
  }

  /**
   * What the candidates are worth, and where their columns went.
   *
   * @throws RvrError as `generate`
   */
  async analyze(options: ApcAnalyzeOptions = {}): Promise<ApcAnalysis> {
    const { analyzeCandidates } = await import('./stages.ts')
    return analyzeCandidates(this.#parts, options)
  }

  /**
   * The guest's machine with those that `select` takes. Where the cache has it, nothing else of it is looked at.
   *
   * @throws RvrError as `select`; `USAGE`: superblocks, which cannot be executed, and more than a machine has room for
   */
  async setup(options: ApcSetupOptions): Promise<ApcSetup> {
    const { setupMachine } = await import('./setup.ts')
    return setupMachine(this.#parts, options)
  }
}
