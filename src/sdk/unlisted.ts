/** Modes that count rows, and guests with instructions that the machine says nothing of. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/compose.ts'
import type { Machine } from '../machine/machine.ts'
import { checkListed as check } from '../machine/unlisted.ts'
import type { Mode } from '../modes/mode.ts'

interface Counted {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
}

/** The mode. @throws RvrError `USAGE`: it counts rows, and the machine says nothing of one of the instructions */
export function checkListed<Name extends string>(mode: Mode<Name>, { image, abi, machine }: Counted): Mode<Name> {
  if (mode.reportsCost) check({ image, abi, machine, decode: decoderFor(image.xlen, abi) }, mode.name)
  return mode
}
