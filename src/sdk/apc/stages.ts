/** What the calls of autoprecompiles do. */
import { accept } from '../../accept.ts'
import type { Air } from '../../air/air.ts'
import { airOfOpcode } from '../../apc/block.ts'
import type { CandidatesFile } from '../../apc/candidates/file.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { fetchAt } from '../../program/slots.ts'
import type { ApcParts } from './apc.ts'
import { ApcAnalyze, ApcGenerate, ApcSelect } from './calls.ts'
import { analyse, type ApcAnalysis } from './analysis.ts'
import type {
  ApcAnalyzeOptions,
  ApcCandidates,
  ApcGenerateOptions,
  ApcSelection,
  ApcSelectOptions,
} from './contract.ts'
import { writeCandidates } from './directory.ts'
import { candidatesFrom, nothingSelected, selectionFrom } from './results.ts'
import { ApcStaging } from './staging.ts'

export async function generateCandidates(parts: ApcParts, options: ApcGenerateOptions): Promise<ApcCandidates> {
  const choices = accept(ApcGenerate, 'apc.generate', options)
  return parts.lifetime.call(choices.signal, async signal => {
    const staging = new ApcStaging(parts)
    const obtained = await staging.obtainCandidates(staging.generateRequest(choices, signal))
    await written(parts, choices, { signal, candidates: async () => obtained.opened })
    return candidatesFrom(obtained)
  })
}

export async function selectCandidates(parts: ApcParts, options: ApcSelectOptions): Promise<ApcSelection> {
  const choices = accept(ApcSelect, 'apc.select', options)
  const { autoprecompiles } = choices
  const { events } = parts.services
  return parts.lifetime.call(choices.signal, async signal => {
    const staging = new ApcStaging(parts)
    const request = staging.selectRequest(choices, signal)
    if (autoprecompiles === 0) return nothingSelected(request.inputs)
    const selection = selectionFrom(await staging.obtainSelection(request))
    await written(parts, choices, { signal, candidates: request.candidates })
    const { length } = selection.ranked
    if (length < autoprecompiles)
      events({ type: 'warning', message: `of ${autoprecompiles} autoprecompiles there are ${length}` })
    return selection
  })
}

const MOST_ANALYSED = 100

export async function analyzeCandidates(parts: ApcParts, options: ApcAnalyzeOptions): Promise<ApcAnalysis> {
  const { most = MOST_ANALYSED, ...choices } = accept(ApcAnalyze, 'apc.analyze', options)
  const candidates = await generateCandidates(parts, choices)
  const { image, abi } = parts
  const set = new ApcStaging(parts).airs()
  const decode = decoderFor(image.xlen, abi)
  const airOf = (opcode: number): Air => airOfOpcode(set, opcode)
  const textAt = (pc: number): string => disassemble(fetchAt(image, decode, pc)!.instr!)
  return analyse({ candidates, image, airOf, textAt, most })
}

interface ToWrite {
  readonly signal: AbortSignal
  candidates(): Promise<CandidatesFile>
}

/** On a hit, too: files that were asked for are no part of any key. */
async function written(
  { image, abi, services }: ApcParts,
  { candidatesDir }: ApcGenerateOptions,
  { signal, candidates }: ToWrite,
): Promise<void> {
  if (candidatesDir === undefined) return
  await writeCandidates(candidatesDir, await candidates(), { image, abi, events: services.events, signal })
}
