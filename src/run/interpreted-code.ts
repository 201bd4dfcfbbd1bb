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

function wordsOf(image: Image, { slotBytes }: Decoder): Uint32Array {
  const { bytes, slots } = nativeCode(image, slotBytes)
  const copy = bytes.slice(0, slots * 4)
  return new Uint32Array(copy.buffer, 0, slots)
}

function bitsOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8))
  for (let index = 0; index < flags.length; index++) if (flags[index] === 1) bits[index >> 3]! |= 1 << (index & 7)
  return bits
}
