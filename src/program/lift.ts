/** Image → Program: decodes the code in the segment that is compiled, and leaves data alone. */
import type { Image } from '../elf/image.ts'
import type { AddressRange } from '../elf/image.ts'
import type { Code, Program } from './program.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { addReached, CODE, DATA, INSIDE, UNSAID } from './reached.ts'
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
  const { base, slotBytes, said, isLong, decodeAt } = readCode(image, decode)
  const instrs = Array.from(said, (kind, slot) => (kind === CODE ? decodeAt(slot) : undefined))
  const program = { image, xlen: image.xlen, base, slotBytes, instrs }
  if (mayHaveMore(said)) addReached(program, said, { isLong, fillIn: slot => (instrs[slot] = decodeAt(slot)) })
  return program
}

/** The same, for whoever looks at each instruction a few times: to keep them all takes longer than to decode again. */
export function skim(image: Image, decode: Decoder): Code {
  const { base, slotBytes, said, isLong, decodeAt } = readCode(image, decode)
  const isCode = said.map(kind => (kind === CODE ? 1 : 0))
  const at = (slot: number): Instr | undefined => (isCode[slot] === 1 ? decodeAt(slot) : undefined)
  const code = { image, base, slotBytes, instrs: { length: said.length, at } }
  const fillIn = (slot: number): Instr | undefined => {
    isCode[slot] = 1
    return decodeAt(slot)
  }
  if (mayHaveMore(said)) addReached(code, said, { isLong, fillIn })
  return code
}

function readCode(image: Image, decode: Decoder) {
  const { slotBytes } = decode
  const code = nativeCode(image, slotBytes)
  const { base, bytes } = code
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** Does what begins in the slot take two of them? */
  const isLong = (slot: number): boolean => slotBytes === 2 && (bytes[slot * slotBytes]! & 3) === 3
  const decodeAt = (slot: number): Instr | undefined => {
    const at = slot * slotBytes
    if (at + 4 <= bytes.length) return decode(view.getInt32(at, true), base + at)
    return isLong(slot) ? undefined : decode(view.getUint16(at, true), base + at)
  }
  const said = saidBySections(image, code)
  if (slotBytes === 2) markInsides(said, isLong, startsIn(image, code))
  return { base, slotBytes, said, isLong, decodeAt }
}

/** Slots where instructions begin, whatever lies in front of them. */
const startsIn = ({ entry, symbols }: Image, code: NativeCode): ReadonlySet<number> =>
  new Set(
    [entry, ...symbols.filter(({ kind }) => kind === 'function').map(({ address }) => address)].map(pc =>
      slotOf(code, pc),
    ),
  )

/**
 * Of slots that are code, tells those in which instructions begin from those in which others go on. Instructions share
 * no slot, so one that goes on where another has to begin is none: the interpreter has it.
 */
function markInsides(said: Uint8Array, isLong: (slot: number) => boolean, starts: ReadonlySet<number>): void {
  for (let slot = 0; slot < said.length; slot++) {
    if (said[slot] !== CODE || !isLong(slot)) continue
    if (said[slot + 1] !== CODE || starts.has(slot + 1)) said[slot] = DATA
    else said[++slot] = INSIDE
  }
}

/** Is there anything that section headers do not call code? */
const mayHaveMore = (said: Uint8Array): boolean => said.some(kind => kind !== CODE && kind !== INSIDE)

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
