/** Makes a guest's code known to the native interpreter that an instance belongs to. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { loadLibrary } from '../load/library.ts'
import { longestSpan } from '../machine/interval.ts'
import type { Machine } from '../machine/machine.ts'
import type { Mode } from '../modes/mode.ts'
import type { Decoder } from '../isa/table.ts'
import { nativeCode } from '../program/lift.ts'
import { spanStarts } from '../program/span-starts.ts'
import type { Place } from './job.ts'

interface DecodedGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
  readonly machine: Machine
}

/** Decodes what an instance at `place` is going to execute, unless that was done already, or nothing has to be. */
export function decodeCode(place: Place, { image, abi, mode, machine }: DecodedGuest): void {
  if (place.engine === 'interp' || place.interprets === undefined) return
  const { decoder } = loadLibrary(place.library, place)
  if (decoder === undefined || decoder.isDone(place.memory)) return
  // Straight-line code is paid for as a whole; a mode that checks in front of spans says what is whole.
  const hasTests = mode.pace === 'own-test'
  const decode = decoderFor(image.xlen, abi)
  const spans = hasTests ? spanStarts(image, decode, longestSpan(machine)) : undefined
  decoder.decode(place.memory, wordsOf(image, decode), spans && bitsOf(spans.starts))
}

/** By slot, what the decoder in C reads: of 16 bits, the word that they stand for less 2, or 0. */
function wordsOf(image: Image, { slotBytes, expand }: Decoder): Uint32Array {
  const { bytes, slots } = nativeCode(image, slotBytes)
  if (expand !== undefined) return halvesOf(bytes, slots, expand)
  const copy = bytes.slice(0, slots * 4)
  return new Uint32Array(copy.buffer, 0, slots)
}

function halvesOf(bytes: Uint8Array, slots: number, expand: (half: number) => number): Uint32Array {
  const words = new Uint32Array(slots)
  const halfAt = (slot: number): number => bytes[2 * slot]! | (bytes[2 * slot + 1]! << 8)
  for (let slot = 0; slot < slots; slot++) {
    const half = halfAt(slot)
    if ((half & 3) !== 3) words[slot] = expand(half) & ~2
    // What is cut off is no instruction.
    else if (slot + 1 < slots) words[slot] = half | (halfAt(slot + 1) << 16)
  }
  return words
}

function bitsOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8))
  for (let index = 0; index < flags.length; index++) if (flags[index] === 1) bits[index >> 3]! |= 1 << (index & 7)
  return bits
}
