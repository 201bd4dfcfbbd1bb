/** What the calls of autoprecompiles do. */
import { accept } from '../../accept.ts'
import type { ApcParts } from './apc.ts'
import { ApcGenerate, ApcSelect } from './calls.ts'
import type { ApcCandidates, ApcGenerateOptions, ApcSelection, ApcSelectOptions } from './contract.ts'
import { candidatesFrom, nothingSelected, selectionFrom } from './results.ts'
import { ApcStaging } from './staging.ts'

export async function generateCandidates(parts: ApcParts, options: ApcGenerateOptions): Promise<ApcCandidates> {
  const choices = accept(ApcGenerate, 'apc.generate', options)
  return parts.lifetime.call(choices.signal, async signal => {
    const staging = new ApcStaging(parts)
    return candidatesFrom(await staging.obtainCandidates(staging.generateRequest(choices, signal)))
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
    const { length } = selection.ranked
    if (length < autoprecompiles)
      events({ type: 'warning', message: `of ${autoprecompiles} autoprecompiles there are ${length}` })
    return selection
  })
}
