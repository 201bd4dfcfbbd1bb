/** Where an instruction is and what it is, in words. */
import { hexText } from '../../hex.ts'
import type { Image } from '../../elf/image.ts'
import { symbolAt } from '../../elf/symbols.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { fetchAt } from '../../program/slots.ts'
import { disassemble } from '../../isa/disassemble.ts'

/** `0x200840 (main+0x10): addi a0,a0,1` */
export function placeOf(image: Image, abi: GuestAbi, pc: number): string {
  const symbol = symbolAt(image, pc)
  const instr = fetchAt(image, decoderFor(image.xlen, abi), pc)?.instr
  const name = symbol === undefined ? '' : ` (${symbol})`
  const text = instr === undefined ? '' : `: ${disassemble(instr)}`
  return `${hexText(pc)}${name}${text}`
}
