/** Image → Program: decodes the code in the segment that is compiled, and leaves data alone. */
import type { Image } from '../elf/image.ts'
import type { AddressRange } from '../elf/image.ts'
import type { Code, Program } from './program.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { addReached, CODE, DATA, UNSAID } from './reached.ts'
import { slotOf } from './slots.ts'

/** The code that is not left to the reference interpreter. */
export interface NativeCode {
  /** Address of the first slot. */
  readonly base: number
  readonly slotBytes: SlotBytes
  readonly slots: number
  /** The bytes from there on, with some more where the last word is not whole. */
  readonly bytes: Uint8Array
}

/** The executable segment with the most bytes; code in other executable segments runs in the reference interpreter. */
export function nativeCode(image: Image, slotBytes: SlotBytes): NativeCode {
  let text = undefined
  for (const segment of image.segments) {
    if (segment.executable && (text === undefined || segment.bytes.length > text.bytes.length)) text = segment
  }
  // Segments start where the ELF says; slots are aligned addresses (docs/guest-abi.md, "The file").
  const base = text === undefined ? 0 : Math.ceil(text.address / slotBytes) * slotBytes
  const bytes = text === undefined ? new Uint8Array() : text.bytes.subarray(base - text.address)
  return { base, slotBytes, slots: Math.floor(bytes.length / slotBytes), bytes }
}

/** Section headers say which slots are code; where they do not, something has to lead there. */
export function lift(image: Image, decode: Decoder): Program {
  const { base, slotBytes, said, decodeAt } = readCode(image, decode)
  const instrs = Array.from(said, (kind, slot) => (kind === CODE ? decodeAt(slot) : undefined))
  const program = { image, xlen: image.xlen, base, slotBytes, instrs }
  if (said.some(kind => kind !== CODE)) addReached(program, said, slot => (instrs[slot] = decodeAt(slot)))
  return program
}

/** The same, for whoever looks at each instruction a few times: to keep them all takes longer than to decode again. */
export function skim(image: Image, decode: Decoder): Code {
  const { base, slotBytes, said, decodeAt } = readCode(image, decode)
  const isCode = said.map(kind => (kind === CODE ? 1 : 0))
  const at = (slot: number): Instr | undefined => (isCode[slot] === 1 ? decodeAt(slot) : undefined)
  const code = { image, base, slotBytes, instrs: { length: said.length, at } }
  if (isCode.includes(0))
    addReached(code, said, slot => {
      isCode[slot] = 1
      return decodeAt(slot)
    })
  return code
}

function readCode(image: Image, decode: Decoder) {
  const { slotBytes } = decode
  const code = nativeCode(image, slotBytes)
  const { base, bytes } = code
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decodeAt = (slot: number): Instr | undefined =>
    decode(view.getInt32(slot * slotBytes, true), base + slot * slotBytes)
  return { base, slotBytes, said: saidBySections(image, code), decodeAt }
}

/** What section headers say about each slot; code where they contradict themselves. */
function saidBySections({ sections }: Image, code: NativeCode): Uint8Array {
  const said = new Uint8Array(code.slots).fill(UNSAID)
  const firstSlot = (address: number): number => Math.max(0, slotOf(code, address))
  const say = (kind: number, ranges: readonly AddressRange[]): void => {
    for (const { from, to } of ranges) said.fill(kind, Math.floor(firstSlot(from)), Math.ceil(firstSlot(to)))
  }
  say(DATA, sections.data)
  say(CODE, sections.code)
  return said
}
