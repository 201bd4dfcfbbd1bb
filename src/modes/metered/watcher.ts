/** Connects the interpreter to the meter: which chip an instruction adds rows to, and where spans start. */
import type { Instr } from '../../isa/row.ts'
import type { BlockProgress } from '../../machine/block-rows.ts'
import { rowsOf, type ChipRows } from '../../machine/chips.ts'
import { longestSpan } from '../../machine/interval.ts'
import type { Meter } from '../../machine/meter.ts'
import { swellOf } from '../../machine/swell.ts'
import { slotOf } from '../../program/slots.ts'
import type { SpanStarts } from '../../program/span-starts.ts'
import type { CollectorContext, NativeSide, Watcher } from '../collector.ts'

/** A guest's library knows its spans; without one they are found when they are first asked for. */
function spanTest(
  native: NativeSide | undefined,
  { machine, slotBytes, spans }: CollectorContext,
): (pc: number) => boolean {
  const bits = native?.bitmap('rvr_span_starts')
  if (native === undefined || bits === undefined) {
    let known: SpanStarts | undefined
    return pc => {
      known ??= spans(longestSpan(machine))
      return known.starts[slotOf(known, pc)] === 1
    }
  }
  const { base, slots } = native
  return pc => {
    const slot = slotOf({ base, slotBytes }, pc)
    return slot >= 0 && slot <= slots && Number.isInteger(slot) && ((bits[slot >> 3]! >> (slot & 7)) & 1) === 1
  }
}

/** Tells `meter` what the interpreter executes, and `progress`, which is missing where no machine has blocks. */
export function meterWatcher(
  meter: Meter,
  native: NativeSide | undefined,
  context: CollectorContext,
  progress: BlockProgress | undefined,
): Watcher {
  const { machine } = context
  const effects = new Map<Instr, readonly ChipRows[]>()
  return {
    spans: {
      startsSpan: spanTest(native, context),
      longestSpan: longestSpan(machine),
      enter: count => meter.enter(count),
    },
    retired(instr, pc, rows) {
      const block = progress?.retired(pc)
      if (instr === undefined) return meter.count([], 1, 0)
      let chips = effects.get(instr)
      if (chips === undefined) effects.set(instr, (chips = rowsOf(machine, instr)))
      meter.count(chips, rows, swellOf(instr.row, rows))
      if (block !== undefined) meter.settle(block)
    },
    touched: (space, address, length) => meter.touch(space, address, length),
    hostWrote: () => meter.hostWrote(),
  }
}
