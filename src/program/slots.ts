/** Instruction slots: the aligned 4-byte words of executable segments, read from the file and never from memory. */
import type { Image, Segment } from '../elf/image.ts'
import type { Decoder } from '../isa/table.ts'

/** The slots of one executable segment: words at `base`, `base + 4`, … up to `end`. */
export interface SlotRange {
  readonly base: number
  /** First address behind the last slot. */
  readonly end: number
  /** First address behind the last slot that has bytes of the file: from there on all words are zero. */
  readonly written: number
  /** The bytes of the file from `base` on. */
  readonly bytes: Uint8Array
  /** The instruction word of the slot at `pc`; zero beyond the bytes of the file. */
  wordAt(pc: number): number
}

function slotRange({ address, bytes, memorySize }: Segment): SlotRange {
  const base = Math.ceil(address / 4) * 4
  const byte = (at: number): number => bytes[at - address] ?? 0
  return {
    base,
    bytes: bytes.subarray(base - address),
    written: Math.max(base, Math.ceil((address + bytes.length) / 4) * 4),
    end: Math.max(base, Math.floor((address + memorySize) / 4) * 4),
    wordAt: pc => byte(pc) | (byte(pc + 1) << 8) | (byte(pc + 2) << 16) | (byte(pc + 3) << 24),
  }
}

/** The slot ranges of an image, ordered by address. */
export function slotRanges(image: Image): SlotRange[] {
  return image.segments
    .filter(segment => segment.executable)
    .map(slotRange)
    .filter(({ base, end }) => end > base)
}

const rangesOf = new WeakMap<Image, readonly SlotRange[]>()

function rangeAt(image: Image, pc: number): SlotRange | undefined {
  let ranges = rangesOf.get(image)
  if (ranges === undefined) rangesOf.set(image, (ranges = slotRanges(image)))
  return pc % 4 === 0 ? ranges.find(({ base, end }) => pc >= base && pc < end) : undefined
}

/** Is `pc` the address of an instruction slot (docs/guest-abi.md, "The file")? */
export function isSlot(image: Image, pc: number): boolean {
  return rangeAt(image, pc) !== undefined
}

/** The word of the slot at `pc`, unsigned; undefined where there is no slot. */
export function instructionWord(image: Image, pc: number): number | undefined {
  const word = rangeAt(image, pc)?.wordAt(pc)
  return word === undefined ? undefined : word >>> 0
}

/** Number of slots that hold a known instruction. */
export function definedSlots(image: Image, { rowOf }: Decoder): number {
  let count = 0
  for (const { base, end, written, wordAt, bytes } of slotRanges(image)) {
    const last = Math.min(end, written)
    // All but the last words are whole in the file.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const whole = Math.min((last - base) / 4, bytes.length >>> 2)
    for (let slot = 0; slot < whole; slot++) if (rowOf(view.getInt32(slot * 4, true)) !== undefined) count++
    for (let pc = base + whole * 4; pc < last; pc += 4) if (rowOf(wordAt(pc)) !== undefined) count++
    // A file of a few bytes may ask for all of memory.
    if (rowOf(0) !== undefined) count += (end - last) / 4
  }
  return count
}
