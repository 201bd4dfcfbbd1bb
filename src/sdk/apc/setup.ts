/** What `apc.setup` does: the guest's machine, specialised. */
import { accept } from '../../accept.ts'
import { autoprecompilesOf } from '../../apc/candidates/select.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { checkGuest, withAutoprecompiles } from '../../machine/specialise.ts'
import { setupStage, type SetupRequest } from '../../stages/apc/setup.ts'
import { obtain } from '../../stages/obtain.ts'
import type { ApcParts } from './apc.ts'
import { ApcSetup as SetupCall } from './calls.ts'
import type { ApcSetup, ApcSetupOptions } from './contract.ts'
import { ownMachine } from '../copies.ts'
import { cacheReport } from './results.ts'
import { ApcStaging } from './staging.ts'

export async function setupMachine(parts: ApcParts, options: ApcSetupOptions): Promise<ApcSetup> {
  const choices = accept(SetupCall, 'apc.setup', options)
  const { machine, image, abi, services } = parts
  const { autoprecompiles: wanted } = choices
  // Nothing is looked up and nothing made for none.
  if (wanted === 0) return { machine: ownMachine(machine), cache: { outcome: 'off' } }
  return parts.lifetime.call(choices.signal, async signal => {
    const staging = new ApcStaging(parts)
    const selecting = staging.selectRequest(choices, signal)
    const { inputs, explainMisses, events } = selecting
    const make: SetupRequest['make'] = async () => {
      const { opened } = await staging.obtainSelection(selecting)
      const specialised = withAutoprecompiles(machine, autoprecompilesOf(opened))
      checkGuest(specialised, { image, decode: decoderFor(image.xlen, abi), name: 'the guest' })
      return specialised
    }
    const obtained = await obtain(setupStage, { services, events, signal, explainMisses, inputs, make })
    const { length } = obtained.opened.autoprecompiles!.list
    staging.tell('setup', obtained, `made a machine with ${length} autoprecompiles`)
    if (length < wanted) events({ type: 'warning', message: `of ${wanted} autoprecompiles there are ${length}` })
    return { machine: obtained.opened, cache: cacheReport(obtained) }
  })
}
