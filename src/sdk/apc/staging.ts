/** The stages of autoprecompiles that come before a machine is specialised: their requests, and how they are met. */
import { blocksInTurns } from '../../apc/candidates/blocks.ts'
import { systemBuses, type SystemBus } from '../../air/system-buses.ts'
import type { WrittenCandidates } from '../../apc/candidates/candidates.ts'
import type { CandidatesFile } from '../../apc/candidates/file.ts'
import { generate } from '../../apc/candidates/generate.ts'
import { generateOptions, type GenerateChoices } from '../../apc/candidates/options.ts'
import { selected } from '../../apc/candidates/select.ts'
import { DEFAULT_DEGREES } from '../../apc/optimise/optimise.ts'
import type { LoadedAirs } from '../../air/load.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { MAX_BLOCK } from '../../program/graph.ts'
import { refuseCompressed } from '../../trace/unprovable.ts'
import { lifted } from '../../program/lifted.ts'
import { optimiserCode } from '../../stages/apc/optimiser-digest.ts'
import type { GenerateInputs, SelectInputs } from '../../stages/apc/parts.ts'
import { generateStage, selectStage, type GenerateRequest, type SelectRequest } from '../../stages/apc/stages.ts'
import { obtain } from '../../stages/obtain.ts'
import type { Obtained } from '../../stages/stage.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import { coderOf } from '../../trace/coding.ts'
import type { ApcParts } from './apc.ts'
import type { ApcGenerateOptions, ApcSelectOptions, ProfiledInput } from './contract.ts'
import { profileOf } from './profile.ts'
import { profileInputBytes } from './profile-input.ts'

/** One guest on its way through the stages. */
export class ApcStaging {
  readonly #parts: ApcParts

  constructor(parts: ApcParts) {
    this.#parts = parts
  }

  generateRequest(choices: ApcGenerateOptions, signal: AbortSignal): GenerateRequest {
    const { services } = this.#parts
    const { events, options } = services
    const set = this.airs()
    const buses = systemBuses(set.buses, this.#parts.image.xlen)
    const inputs = this.#inputs(choices, set)
    return {
      services,
      events,
      signal,
      explainMisses: options.explainMisses,
      inputs,
      buses,
      make: () => this.#generated(inputs, { choices, set, buses, signal }),
    }
  }

  /** The candidates of a selection, which are come by at most once, and only where somebody asks. */
  selectRequest(choices: ApcSelectOptions, signal: AbortSignal): SelectRequest & WithCandidates {
    const { autoprecompiles, skip = 0, ...others } = choices
    const generating = this.generateRequest(capped(others, autoprecompiles + skip), signal)
    const selection = { autoprecompiles, skip }
    const inputs: SelectInputs = { ...generating.inputs, selection }
    let found: Promise<Obtained<CandidatesFile>> | undefined
    const candidates = async (): Promise<CandidatesFile> => (await (found ??= this.obtainCandidates(generating))).opened
    return { ...generating, inputs, candidates, make: async () => selected(await candidates(), selection) }
  }

  async obtainCandidates(request: GenerateRequest): Promise<Obtained<CandidatesFile>> {
    const obtained = await obtain(generateStage, request)
    const { length } = obtained.opened.candidates.ranked
    this.tell('generate', obtained, `built and ranked ${length} autoprecompile candidates`)
    return obtained
  }

  async obtainSelection(request: SelectRequest): Promise<Obtained<CandidatesFile>> {
    const obtained = await obtain(selectStage, request)
    this.tell('select', obtained, `selected ${obtained.opened.candidates.ranked.length} autoprecompiles`)
    return obtained
  }

  /** Says where it came from, or what was done. */
  tell(stage: string, { outcome, inputKey }: Obtained<unknown>, done: string): void {
    const message = outcome === 'hit' ? `cache hit: ${stage}/${inputKey!.slice(0, SHORT_KEY)}` : done
    this.#parts.services.events({ type: 'apc', message })
  }

  /** Of the guest's machine. */
  airs(): LoadedAirs {
    const { machine, abi, services } = this.#parts
    return airsOfMachine(machine, abi.extensions, airMemo(services.cache.memoDirectory))
  }

  #inputs(choices: ApcGenerateOptions, set: LoadedAirs): GenerateInputs {
    const { image, abi, machine, services } = this.#parts
    const options = generateOptions(choices, message => services.events({ type: 'warning', message }))
    return {
      guestDigest: image.digest,
      abi: abi.name,
      extensionsDigest: abi.digest,
      machineDigest: machine.digest,
      airsDigest: set.digest,
      buses: JSON.stringify(set.buses, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
      options,
      profileInput: options.pgo === 'none' ? undefined : profileInputBytes(choices.profile ?? {}),
      degrees: DEFAULT_DEGREES,
      optimiserDigest: optimiserCode().digest,
    }
  }

  async #generated({ options, degrees }: GenerateInputs, making: Making): Promise<WrittenCandidates> {
    const { image, abi, machine, services } = this.#parts
    const { choices, set, buses, signal } = making
    const { events } = services
    const decode = decoderFor(image.xlen, abi)
    refuseCompressed(image, decode)
    const graph = lifted(image, decode, MAX_BLOCK)
    const blocks = await blocksInTurns(graph, coderOf(set), signal)
    const superblocks = options.pgo === 'cell' ? options.superblocks : 1
    const profiling = { blocks, superblocks, input: choices.profile ?? ({} satisfies ProfiledInput), events, signal }
    return generate(
      {
        guest: image.digest,
        blocks,
        options,
        machineColumns: machine.chips.reduce((sum, { width }) => sum + width, 0),
        profile: () => profileOf(this.#parts.guest, profiling),
      },
      {
        machine: { airs: set.airs, buses },
        degrees,
        threads: choices.threads,
        signal,
        onProgress: progress => events({ type: 'candidates', ...progress }),
      },
    )
  }
}

interface WithCandidates {
  /** All that are ranked. */
  candidates(): Promise<CandidatesFile>
}

interface Making {
  readonly choices: ApcGenerateOptions
  readonly set: LoadedAirs
  readonly buses: readonly SystemBus[]
  readonly signal: AbortSignal
}

/** Digits of a key that people are told. */
const SHORT_KEY = 16

/** Nobody needs more than are selected, unless they depend on each other. */
const capped = <Choices extends GenerateChoices>(choices: Choices, most: number): Choices =>
  choices.pgo === 'cell' || choices.pgo === undefined ? choices : { ...choices, candidates: choices.candidates ?? most }
