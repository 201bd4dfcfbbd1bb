/** Connects the interpreter to the meter: which chip an instruction adds rows to, and where basic blocks start. */
import { buildGraph } from '../cfg/graph.ts'
import { lift } from '../cfg/lift.ts'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Tracer } from '../interp/interpreter.ts'
import type { Instr } from '../isa/row.ts'
import { loadLibrary, viewBitmap } from '../load/library.ts'
import { rowsOf, type ChipRows } from '../machine/chips.ts'
import { longestBlock } from '../machine/interval.ts'
import type { Machine } from '../machine/machine.ts'
import type { Meter } from '../machine/meter.ts'
import { weightOf } from '../machine/weights.ts'
import type { Place } from './job.ts'

/** By image and block length: finding the blocks of a large guest takes a while. */
const known = new WeakMap<Image, Map<number, ReadonlySet<number>>>()

function blockStarts(image: Image, abi: GuestAbi, longest: number): ReadonlySet<number> {
  let byLength = known.get(image)
  if (byLength === undefined) known.set(image, (byLength = new Map()))
  let starts = byLength.get(longest)
  if (starts === undefined) byLength.set(longest, (starts = new Set(buildGraph(lift(image, decoderFor(image.xlen, abi)), longest).blocks.map(block => block.pc))))
  return starts
}

/** A native library knows its blocks; without one they are found when they are first asked for. */
function blockTest(place: Place, image: Image, abi: GuestAbi, machine: Machine): (pc: number) => boolean {
  if (place.engine === 'interp') return pc => blockStarts(image, abi, longestBlock(machine)).has(pc)
  const { base, slots } = place
  const bits = viewBitmap(loadLibrary(place.library).blockStarts(), slots)
  return pc => {
    const slot = (pc - base) / 4
    return slot >= 0 && slot < slots && Number.isInteger(slot) && ((bits[slot >> 3]! >> (slot & 7)) & 1) === 1
  }
}

/** The tracer of a run whose meter is `meter`. */
export function segmentTracer(meter: Meter, place: Place, image: Image, abi: GuestAbi, machine: Machine): Tracer {
  const effects = new Map<Instr, { readonly chips: readonly ChipRows[]; readonly weight: number }>()
  return {
    startsBlock: blockTest(place, image, abi, machine),
    longestBlock: longestBlock(machine),
    weight: instr => weightOf(machine, instr),
    enter: rows => meter.enter(rows),
    retired(instr, rows) {
      if (instr === undefined) return meter.count([], rows, 1)
      let effect = effects.get(instr)
      if (effect === undefined) effects.set(instr, (effect = { chips: rowsOf(machine, instr), weight: weightOf(machine, instr) }))
      meter.count(effect.chips, rows, rows * effect.weight)
    },
    touched: (space, address, length) => meter.touch(space, address, length),
    hostWrote: () => meter.hostWrote(),
  }
}
