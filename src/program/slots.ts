/** Instruction slots: the places in executable segments where instructions may begin, and all arithmetic of them. */
import type { Image, Segment } from '../elf/image.ts'
import type { Instr, SlotBytes } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import type { Block, InstrList, Program } from './program.ts'

/** Slots of a guest by number: how many bytes each has, and where the first one is. */
export interface SlotPlaces {
  readonly base: number
  readonly slotBytes: SlotBytes
}

/** The number of the slot at `pc`: no integer where there is none, and beyond the ends where the guest has none. */
export const slotOf = ({ base, slotBytes }: SlotPlaces, pc: number): number => (pc - base) / slotBytes

/** The address of a slot. */
export const pcOf = ({ base, slotBytes }: SlotPlaces, slot: number): number => base + slotBytes * slot

/** Is `pc` the address of one of the slots that are compiled? */
export function isSlotOf(code: SlotPlaces & { readonly instrs: { readonly length: number } }, pc: number): boolean {
  const slot = slotOf(code, pc)
  return slot >= 0 && slot < code.instrs.length && Number.isInteger(slot)
}

/** Where control goes on behind an instruction that does not transfer it, and what one that links leaves. */
export const nextPc = ({ pc, size }: Pick<Instr, 'pc' | 'size'>): number => pc + size

/** The slot behind the instruction in `slot`, or behind the slot itself where none begins there. */
export const slotBehind = (slot: number, instr: Instr | undefined, slotBytes: SlotBytes): number =>
  instr === undefined ? slot + 1 : slot + instr.size / slotBytes

/** The slot whose instruction ends where `slot` begins; undefined where none does. */
export function slotBefore({ instrs, slotBytes }: { instrs: InstrList; slotBytes: SlotBytes }, slot: number) {
  if (slot >= 1 && instrs.at(slot - 1)?.size === slotBytes) return slot - 1
  return slotBytes === 2 && slot >= 2 && instrs.at(slot - 2)?.size === 4 ? slot - 2 : undefined
}

/** The instructions of a block. */
export const bodyOf = ({ instrs, slotBytes }: Program, { first, behind }: Block): readonly Instr[] => {
  const slots = instrs.slice(first, behind)
  return (slotBytes === 4 ? slots : slots.filter(instr => instr !== undefined)) as Instr[]
}

/** The slots of one executable segment: at `base`, `base + slotBytes`, … up to `end`. */
export interface SlotRange {
  readonly base: number
  readonly slotBytes: SlotBytes
  /** First address behind the last slot. */
  readonly end: number
  /** First address behind the last slot that has bytes of the file: from there on everything is zero. */
  readonly written: number
  /** The bytes of the file from `base` on. */
  readonly bytes: Uint8Array
  /** The 4 bytes from `pc` on as a number; zero beyond the bytes of the file. */
  wordAt(pc: number): number
}

function slotRange({ address, bytes, memorySize }: Segment, slotBytes: SlotBytes): SlotRange {
  const up = (at: number): number => Math.ceil(at / slotBytes) * slotBytes
  const base = up(address)
  const byte = (at: number): number => bytes[at - address] ?? 0
  return {
    base,
    slotBytes,
    bytes: bytes.subarray(base - address),
    written: Math.max(base, up(address + bytes.length)),
    end: Math.max(base, Math.floor((address + memorySize) / slotBytes) * slotBytes),
    wordAt: pc => byte(pc) | (byte(pc + 1) << 8) | (byte(pc + 2) << 16) | (byte(pc + 3) << 24),
  }
}

const rangesOf = new WeakMap<Image, Map<SlotBytes, readonly SlotRange[]>>()

/** The slot ranges of an image, ordered by address. */
export function slotRanges(image: Image, slotBytes: SlotBytes): readonly SlotRange[] {
  let bySize = rangesOf.get(image)
  if (bySize === undefined) rangesOf.set(image, (bySize = new Map()))
  let ranges = bySize.get(slotBytes)
  if (ranges === undefined) {
    ranges = image.segments
      .filter(segment => segment.executable)
      .map(segment => slotRange(segment, slotBytes))
      .filter(({ base, end }) => end > base)
    bySize.set(slotBytes, ranges)
  }
  return ranges
}

/** The range that the slot at `pc` lies in (docs/guest-abi.md, "The file"). */
export function rangeAt(image: Image, slotBytes: SlotBytes, pc: number): SlotRange | undefined {
  if (pc % slotBytes !== 0) return undefined
  return slotRanges(image, slotBytes).find(({ base, end }) => pc >= base && pc < end)
}

/** What is to be executed at a slot. */
export interface Fetched {
  /** The bits of the slot's instruction, or of what stands in its place. */
  readonly word: number
  /** Bytes of these. */
  readonly size: 2 | 4
  /** Undefined: no known instruction. */
  readonly instr: Instr | undefined
}

/** What stands in the slot at `pc`, which lies in `range`. An instruction lies in one segment as a whole. */
export function fetchFrom({ end, wordAt }: SlotRange, decode: Decoder, pc: number): Fetched {
  const word = wordAt(pc)
  const size = sizeOf(word, decode.slotBytes)
  const instr = pc + size <= end ? decode(word, pc) : undefined
  return { word: size === 2 ? word & 0xffff : word >>> 0, size, instr }
}

/** What stands in the slot at `pc`; undefined where there is no slot. */
export function fetchAt(image: Image, decode: Decoder, pc: number): Fetched | undefined {
  const range = rangeAt(image, decode.slotBytes, pc)
  return range && fetchFrom(range, decode, pc)
}

/** Bytes of the instruction that begins with these bits, whether it is one or not. */
export const sizeOf = (word: number, slotBytes: SlotBytes): 2 | 4 => (slotBytes === 2 && (word & 3) !== 3 ? 2 : 4)

/** Slots of the instruction that begins at an address of the guest's code, whatever it is. */
export function instructionLengths(image: Image, slotBytes: SlotBytes): (pc: number) => number {
  if (slotBytes === 4) return () => 1
  return pc => sizeOf(rangeAt(image, slotBytes, pc)!.wordAt(pc), slotBytes) / slotBytes
}

/** Number of slots in which a known instruction begins. */
export function definedSlots(image: Image, decode: Decoder): number {
  const { rowOf, slotBytes } = decode
  let count = 0
  for (const range of slotRanges(image, slotBytes)) {
    const { base, end, written, bytes } = range
    const last = Math.min(end, written)
    // All but the last words are whole in the file.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let pc = base
    for (; pc + 4 <= Math.min(last, base + bytes.length); pc += slotBytes)
      if (rowOf(view.getInt32(pc - base, true)) !== undefined) count++
    for (; pc < last; pc += slotBytes) if (fetchFrom(range, decode, pc).instr !== undefined) count++
    // A file of a few bytes may ask for all of memory.
    if (rowOf(0) !== undefined) count += (end - last) / slotBytes
  }
  return count
}
