/** Image → Program: decodes every instruction slot of the segment that is compiled. */
import type { Image } from '../elf/image.ts'
import type { Program } from '../ir/program.ts'
import type { Decoder } from '../isa/table.ts'

/** The executable segment with the most bytes; code in other executable segments runs in the interpreter. */
export function lift(image: Image, decode: Decoder): Program {
  let text = undefined
  for (const segment of image.segments) {
    if (segment.executable && (text === undefined || segment.bytes.length > text.bytes.length)) text = segment
  }
  // Segments start where the ELF says; slots are 4-aligned addresses (guest-abi.md, "ELF acceptance").
  const base = text === undefined ? 0 : (text.address + 3) & ~3
  const bytes = text === undefined ? new Uint8Array() : text.bytes.subarray(base - text.address)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const instrs: Program['instrs'][number][] = []
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) instrs.push(decode(view.getInt32(offset, true), base + offset))
  return { image, xlen: image.xlen, base, instrs }
}
