/** Assembly text of a guest's instructions by address. */
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { disassemble, unknownText } from '../../isa/disassemble.ts'
import { fetchAt } from '../../program/slots.ts'

export function assemblyOf({ image, abi }: { readonly image: Image; readonly abi: GuestAbi }): (pc: number) => string {
  const decode = decoderFor(image.xlen, abi)
  return pc => {
    const fetched = fetchAt(image, decode, pc)
    if (fetched === undefined) return '(no instruction)'
    return fetched.instr === undefined ? unknownText(fetched) : disassemble(fetched.instr)
  }
}
