/** The guest of a command on the machine that has its autoprecompiles. */
import { isStandardInput } from '../../../files/standard-input.ts'
import type { ApcSelectOptions } from '../../../sdk/apc/contract.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { OpenGuest } from '../../open-guest.ts'
import { loadOptions, type GuestOptions } from '../../options/guest.ts'
import type { Shell } from '../../shell.ts'

interface Specialising {
  /** The guest's file, as it was given. */
  readonly file: string
  readonly choices: ApcSelectOptions
  readonly options: GuestOptions
  readonly shell: Shell
}

/** @throws what `guest.apc.setup` and `rvr.load` throw */
export async function specialised(
  { rvr, guest }: OpenGuest,
  { file, choices, options, shell }: Specialising,
): Promise<Guest> {
  const { machine } = await guest.apc.setup(choices)
  // Standard input is there once.
  const source = isStandardInput(file) ? guest.image.file : file
  return rvr.load(source, { ...loadOptions(options, shell), machine })
}
