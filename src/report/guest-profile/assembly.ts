/** Assembly text of a guest's instructions by address. */
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { wordText } from '../../hex.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { instructionWord } from '../../program/slots.ts'

export function assemblyOf({ image, abi }: { readonly image: Image; readonly abi: GuestAbi }): (pc: number) => string {
  const decode = decoderFor(image.xlen, abi)
  return pc => {
    const word = instructionWord(image, pc)
    if (word === undefined) return '(no instruction)'
    const instr = decode(word, pc)
    return instr === undefined ? `.word ${wordText(word)}` : disassemble(instr)
  }
}
