/** Traced instructions as lines of text. */
import { hexText } from '../../hex.ts'
import type { Image } from '../../elf/image.ts'
import { placeAt, placeText } from '../../elf/symbols.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { registerNames } from '../../isa/registers.ts'
import type { TracedInstruction } from '../../sdk/contract.ts'
import { shortened } from '../form/table.ts'

const INSTRUCTION_WIDTH = 28
const PLACE_WIDTH = 40

type Access = TracedInstruction['memory'][number]

function accessText({ access, address, bytes, value }: Access): string {
  const sign = { read: '->', write: '<-', update: '<>' }[access]
  return value === undefined
    ? `${sign}[${hexText(address)}, ${bytes} bytes]`
    : `[${hexText(address)}]${sign}${hexText(value)}`
}

/**
 * Instructions before it, address, place, word, assembly text, registers written, memory read (`->`), written (`<-`) or
 * both (`<>`).
 */
export function traceLine(image: Image, abi: GuestAbi, step: TracedInstruction): string {
  const { instret, pc, word, registers, memory } = step
  const instr = decoderFor(image.xlen, abi)(word, pc)
  const place = placeAt(image, pc)
  const written = registers.map(([register, value]) => `${registerNames[register]!}=${hexText(value)}`)
  const name = place === undefined ? '' : shortened(placeText(place), PLACE_WIDTH)
  const text = instr === undefined ? '(unknown)' : disassemble(instr)
  return (
    [
      String(instret).padStart(10),
      hexText(pc).padStart(10),
      name.padEnd(PLACE_WIDTH),
      word.toString(16).padStart(8, '0'),
      text.padEnd(INSTRUCTION_WIDTH),
      [...written, ...memory.map(accessText)].join(' '),
    ]
      .join('  ')
      .trimEnd() + '\n'
  )
}
