/** Is a saved run of this guest, and of the mode and the machine that it is to go on with? */
import type { SessionGuest } from '../session-state.ts'
import type { SavedRun } from './read.ts'
import { damaged, refuse } from './refusal.ts'

/** @throws RvrError `STATE_REFUSED` for another guest, ABI, mode or machine; `details` has reason, found and wanted. */
export function checkFits({ path, content }: SavedRun, { image, abi, mode, machine }: SessionGuest): void {
  const of = content.facts
  const facts = [
    ['guest', of.guest, image.digest, 'Give the very file that was run.'],
    ['abi', of.abi, abi.name, 'Load the guest with the ABI that it was run with.'],
    [
      'extensions',
      of.extensions,
      abi.digest,
      'Load the guest with the configuration and the extensions that it was run with.',
    ],
    ['mode', of.mode, mode.name, 'Resume in the mode that the run began in.'],
    ['machine', of.machine, machine.digest, 'Load the guest with the machine that it was run with.'],
  ] as const
  for (const [reason, found, wanted, hint] of facts) {
    if (found !== wanted)
      throw refuse(path, reason, `its ${reason} is ${found}, wanted ${wanted}`, { hint, details: { found, wanted } })
  }
  if (of.xlen !== image.xlen) throw damaged(path, `its width is ${of.xlen}, but its guest is RV${image.xlen}`)
}
