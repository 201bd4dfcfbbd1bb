/** A job in mode `debug`: tells native code in front of which blocks to hand back. */
import type { SlotBytes } from '../../isa/row.ts'
import type { Hart } from '../../program/hart.ts'
import { slotOf } from '../../program/slots.ts'
import type { CodeAndMemory } from '../../program/stops.ts'
import type { CollectorContext, NativeSide, Site } from '../collector.ts'
import { CountingCollector } from '../counting.ts'
import type { Mode } from '../mode.ts'

export class DebugCollector extends CountingCollector {
  readonly #stops: CodeAndMemory | undefined
  readonly #slotBytes: SlotBytes

  constructor(mode: Pick<Mode, 'counters'>, context: CollectorContext) {
    super(mode, context)
    this.#stops = context.stops
    this.#slotBytes = context.slotBytes
  }

  override attach(site: Site, hart: Hart): void {
    super.attach(site, hart)
    const { native, area } = site
    if (native === undefined || area === undefined) return
    const breaks = new Uint8Array(area.buffer, area.offset, native.slots + 1)
    breaks.fill(0)
    const places = { base: native.base, slotBytes: this.#slotBytes }
    for (const address of this.#stops?.breakpoints ?? []) markBlock(breaks, native, Math.floor(slotOf(places, address)))
  }

  /** The interpreter alone sees accesses of memory. */
  stopsNatively(): boolean {
    return this.#stops?.watchpoints.length === 0
  }
}

/** Marks the block around a slot; a native interpreter, which has no blocks, looks at each instruction. */
function markBlock(breaks: Uint8Array, native: NativeSide, around: number): void {
  let slot = around
  if (slot < 0 || slot >= native.slots) return
  const starts = native.bitmap('rvr_block_boundaries')
  while (starts !== undefined && slot > 0 && ((starts[slot >> 3]! >> (slot & 7)) & 1) === 0) slot--
  breaks[slot] = 1
}
