/** The first instruction of a guest's code that somebody looks for. */
import type { Image } from '../elf/image.ts'
import type { Instr } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { nativeCode, skim } from './lift.ts'
import { fetchFrom, slotRanges } from './slots.ts'

/** Undefined where there is none. */
export function firstInstr(image: Image, decode: Decoder, test: (instr: Instr) => boolean): Instr | undefined {
  const { instrs } = skim(image, decode)
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs.at(slot)
    if (instr !== undefined && test(instr)) return instr
  }
  // In other executable segments nobody tells code from data.
  const { base: native } = nativeCode(image, decode.slotBytes)
  for (const range of slotRanges(image, decode.slotBytes)) {
    const { base, end, written, slotBytes } = range
    if (base === native) continue
    for (let pc = base; pc < Math.min(end, written); pc += slotBytes) {
      const { instr } = fetchFrom(range, decode, pc)
      if (instr !== undefined && test(instr)) return instr
    }
  }
  return undefined
}

export const isCompressed = ({ size }: Instr): boolean => size === 2
