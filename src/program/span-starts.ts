/** Where spans start, without a graph: all that metering in an interpreter has to know of a guest. */
import type { Image } from '../elf/image.ts'
import type { SlotBytes } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { ARRIVAL, ENDING, findLeaders, INSIDE } from './leaders.ts'
import { skim } from './lift.ts'

/** `marks`: what `findLeaders` says of each slot, and one behind the last. */
export function startsOfSpans(marks: Uint8Array, longest: number): Uint8Array {
  const starts = new Uint8Array(marks.length)
  const last = marks.length - 1
  let isBehindEnd = true
  for (let slot = 0, count = 0; slot < last; slot++) {
    const flags = marks[slot]!
    // Whoever comes here is not in the span around.
    if ((flags & INSIDE) !== 0) {
      starts[slot] = 1
      continue
    }
    if (isBehindEnd || (flags & ARRIVAL) !== 0 || count === longest) {
      starts[slot] = 1
      count = 0
    }
    count++
    isBehindEnd = (flags & ENDING) !== 0
  }
  starts[last] = 1
  return starts
}

export interface SpanStarts {
  /** Address of the first slot. */
  readonly base: number
  readonly slotBytes: SlotBytes
  /** 1 for each slot where a span starts, and one behind the last slot. */
  readonly starts: Uint8Array
}

/** By the decoder and the length of spans. */
type Known = WeakMap<Decoder, Map<number, SpanStarts>>
const known = new WeakMap<Image, Known>()

/** Found once for all who ask. `decode`: of the guest's ABI. `longest`: instructions of a span at most. */
export function spanStarts(image: Image, decode: Decoder, longest: number): SpanStarts {
  let byDecoder = known.get(image)
  if (byDecoder === undefined) known.set(image, (byDecoder = new WeakMap()))
  let byLength = byDecoder.get(decode)
  if (byLength === undefined) byDecoder.set(decode, (byLength = new Map()))
  let spans = byLength.get(longest)
  if (spans === undefined) {
    const code = skim(image, decode)
    spans = { base: code.base, slotBytes: code.slotBytes, starts: startsOfSpans(findLeaders(code), longest) }
    byLength.set(longest, spans)
  }
  return spans
}
