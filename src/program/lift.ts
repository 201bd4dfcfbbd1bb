/** Image → Program: decodes the code in the segment that is compiled, and leaves data alone. */
import type { Image } from '../elf/image.ts'
import type { AddressRange } from '../elf/image.ts'
import type { Code, Program } from './program.ts'
import type { Instr } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { addReached, CODE, DATA, UNSAID } from './reached.ts'

/** The code that is not left to the reference interpreter. */
export interface NativeCode {
  /** Address of the first slot. */
  readonly base: number
  readonly slots: number
  /** The bytes from there on, with some more where the last word is not whole. */
  readonly bytes: Uint8Array
}

/** The executable segment with the most bytes; code in other executable segments runs in the reference interpreter. */
export function nativeCode(image: Image): NativeCode {
  let text = undefined
  for (const segment of image.segments) {
    if (segment.executable && (text === undefined || segment.bytes.length > text.bytes.length)) text = segment
  }
  // Segments start where the ELF says; slots are 4-aligned addresses (docs/guest-abi.md, "The file").
  const base = text === undefined ? 0 : (text.address + 3) & ~3
  const bytes = text === undefined ? new Uint8Array() : text.bytes.subarray(base - text.address)
  return { base, slots: bytes.length >>> 2, bytes }
}

/** Section headers say which slots are code; where they do not, something has to lead there. */
export function lift(image: Image, decode: Decoder): Program {
  const { base, said, decodeAt } = readCode(image, decode)
  const instrs = Array.from(said, (kind, slot) => (kind === CODE ? decodeAt(slot) : undefined))
  const program = { image, xlen: image.xlen, base, instrs }
  if (said.some(kind => kind !== CODE)) addReached(program, said, slot => (instrs[slot] = decodeAt(slot)))
  return program
}

/** The same, for whoever looks at each instruction a few times: to keep them all takes longer than to decode again. */
export function skim(image: Image, decode: Decoder): Code {
  const { base, said, decodeAt } = readCode(image, decode)
  const isCode = said.map(kind => (kind === CODE ? 1 : 0))
  const at = (slot: number): Instr | undefined => (isCode[slot] === 1 ? decodeAt(slot) : undefined)
  const code = { image, base, instrs: { length: said.length, at } }
  if (isCode.includes(0))
    addReached(code, said, slot => {
      isCode[slot] = 1
      return decodeAt(slot)
    })
  return code
}

function readCode(image: Image, decode: Decoder) {
  const { base, slots, bytes } = nativeCode(image)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decodeAt = (slot: number): Instr | undefined => decode(view.getInt32(slot * 4, true), base + slot * 4)
  return { base, said: saidBySections(image, base, slots), decodeAt }
}

/** What section headers say about each slot; code where they contradict themselves. */
function saidBySections({ sections }: Image, base: number, slots: number): Uint8Array {
  const said = new Uint8Array(slots).fill(UNSAID)
  const slotOf = (address: number): number => Math.max(0, (address - base) / 4)
  const say = (kind: number, ranges: readonly AddressRange[]): void => {
    for (const { from, to } of ranges) said.fill(kind, Math.floor(slotOf(from)), Math.ceil(slotOf(to)))
  }
  say(DATA, sections.data)
  say(CODE, sections.code)
  return said
}
