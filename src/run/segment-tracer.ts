/** Connects the interpreter to the meter: which chip an instruction adds rows to, and where basic blocks start. */
import { lifted } from '../program/lifted.ts'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Tracer } from '../interp/interpreter.ts'
import type { Graph } from '../program/program.ts'
import type { Instr } from '../isa/row.ts'
import { loadLibrary, viewBitmap } from '../load/library.ts'
import { rowsOf, type ChipRows } from '../machine/chips.ts'
import { longestSpan } from '../machine/interval.ts'
import type { Machine } from '../machine/machine.ts'
import type { Meter } from '../machine/meter.ts'
import { swellOf } from '../machine/swell.ts'
import type { Place } from './job.ts'

/** A native library knows its spans; without one they are found when they are first asked for. */
function spanTest(place: Place, image: Image, abi: GuestAbi, machine: Machine): (pc: number) => boolean {
  if (place.engine === 'interp') {
    let graph: Graph | undefined
    return pc => {
      const { program, spanStarts } = (graph ??= lifted(image, decoderFor(image.xlen, abi), longestSpan(machine)))
      return spanStarts[(pc - program.base) / 4] === 1
    }
  }
  const { base, slots } = place
  const bits = viewBitmap(loadLibrary(place.library).boundaries(), slots)
  return pc => {
    const slot = (pc - base) / 4
    return slot >= 0 && slot <= slots && Number.isInteger(slot) && ((bits[slot >> 3]! >> (slot & 7)) & 1) === 1
  }
}

/** The tracer of a run whose meter is `meter`. */
export function segmentTracer(meter: Meter, place: Place, image: Image, abi: GuestAbi, machine: Machine): Tracer {
  const effects = new Map<Instr, readonly ChipRows[]>()
  return {
    startsSpan: spanTest(place, image, abi, machine),
    longestSpan: longestSpan(machine),
    enter: count => meter.enter(count),
    retired(instr, rows) {
      if (instr === undefined) return meter.count([], 1, 0)
      let chips = effects.get(instr)
      if (chips === undefined) effects.set(instr, (chips = rowsOf(machine, instr)))
      meter.count(chips, rows, swellOf(instr.row, rows))
    },
    touched: (space, address, length) => meter.touch(space, address, length),
    hostWrote: () => meter.hostWrote(),
  }
}
